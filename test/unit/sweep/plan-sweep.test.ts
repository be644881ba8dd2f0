import { expect, test } from 'vitest'
import { planSweep, type Standstill, type SweepAction } from '../../../workers/sweep/plan-sweep.ts'

const HOUR = 3_600_000
const rules = { uploadExpiryMs: 24 * HOUR }
const at = (state: Standstill['state'], more: Partial<Standstill> = {}): Standstill => ({
  state,
  length: 100,
  staged: 40,
  idleMs: 10_000,
  hasJob: false,
  ...more,
})
const part = (whole: boolean, claimed: boolean): Partial<Standstill> => ({ partial: { whole, claimed } })

const cases: [string, Standstill, SweepAction][] = [
  ['bytes still come', at('receiving'), 'none'],
  ['all bytes are there', at('receiving', { staged: 100 }), 'finish'],
  ['an empty upload is whole', at('receiving', { length: 0, staged: 0 }), 'finish'],
  ['all bytes, but somebody may be at it', at('receiving', { staged: 100, idleMs: 1_000 }), 'none'],
  ['the length is not known', at('receiving', { length: null }), 'none'],
  ['idle past its time', at('receiving', { idleMs: 25 * HOUR }), 'expire'],
  ['idle, length not known', at('receiving', { length: null, idleMs: 25 * HOUR }), 'expire'],
  ['admitted a moment ago, no file yet', at('receiving', { staged: null }), 'none'],
  ['admitted long ago, no file', at('receiving', { staged: null, idleMs: 61_000 }), 'withdraw'],
  ['a part, on its way', at('receiving', part(false, false)), 'none'],
  ['a part, idle', at('receiving', { ...part(false, false), idleMs: 25 * HOUR }), 'expire'],
  ['a part, all bytes, not noted', at('receiving', { ...part(false, false), staged: 100 }), 'finish'],
  ['a part, all bytes, noted', at('receiving', { ...part(true, false), staged: 100 }), 'none'],
  [
    'a whole part that no final asks for',
    at('receiving', { ...part(true, false), staged: 100, idleMs: 25 * HOUR }),
    'expire',
  ],
  ['a claimed part, all bytes, not noted', at('receiving', { ...part(false, true), staged: 100 }), 'finish'],
  ['a claimed part, idle: its final decides', at('receiving', { ...part(false, true), idleMs: 25 * HOUR }), 'none'],
  ['a claimed part without a file', at('receiving', { ...part(true, true), staged: null, idleMs: 25 * HOUR }), 'none'],
  ['a part that its final took along: not to be cleaned', at('deleted', { ...part(true, true), staged: 100 }), 'none'],
  ['a part that was deleted alone', at('deleted', { ...part(true, false), staged: 100 }), 'clean'],
  ['a final that waits', at('receiving', { staged: null, partials: 'waiting', idleMs: HOUR }), 'none'],
  ['a final whose parts are there', at('receiving', { staged: null, partials: 'whole' }), 'finish'],
  ['a final of empty parts', at('receiving', { staged: null, length: 0, partials: 'whole' }), 'finish'],
  ['a final that lost a part', at('receiving', { staged: null, partials: 'lost' }), 'expire'],
  ['a final whose parts idle', at('receiving', { staged: null, partials: 'waiting', idleMs: 25 * HOUR }), 'expire'],
  ['received and queued', at('received', { staged: 100, hasJob: true }), 'none'],
  ['received and not queued', at('received', { staged: 100 }), 'enqueue'],
  ['being scanned', at('scanning', { staged: 100, hasJob: true }), 'none'],
  ['scanning without a job', at('scanning', { staged: 100 }), 'enqueue'],
  ['moved but not stepped', at('scanning', { staged: null }), 'enqueue'],
  ['deleted with bytes left', at('deleted'), 'clean'],
  ['expired with bytes left', at('expired'), 'clean'],
  ['complete', at('complete', { staged: null, idleMs: 99 * HOUR }), 'none'],
  ['quarantined', at('quarantined', { staged: null, idleMs: 99 * HOUR }), 'none'],
  ['held waits for a person', at('held', { staged: 100, idleMs: 99 * HOUR }), 'none'],
]
test.each(cases)('%s', (_name, upload, want) => expect(planSweep(upload, rules)).toBe(want))
