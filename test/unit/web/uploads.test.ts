import { describe, expect, test } from 'vitest'
import type { Envelope, EventData, EventType } from '#shared/contracts/events.ts'
import type { UploadState } from '#shared/domain/upload-state.ts'
import { emptyUploads, foldUploads, type Page, type Uploads } from '../../../services/web/src/core/uploads.ts'
import { upload } from './upload-fixture.ts'

const event = <Type extends EventType>(type: Type, data: EventData[Type], id = ''): Envelope =>
  ({ type, data, timestamp: '2026-01-02T03:04:05.000Z', id }) as Envelope
const step = (id: string, state: UploadState, second: number) => {
  const view = upload({ id, state, second })
  return event('upload_state', { upload_id: id, owner: view.owner, state, previous: null, upload: view }, `${second}-0`)
}
const quota = (owner: string, used: number) => ({ owner, used, reserved: 0, limit: null })
const snapshot = (ids: readonly string[], complete: boolean, second = 1) =>
  event('snapshot', { uploads: ids.map((id) => upload({ id, second })), quota: quota('engineer', 7), complete }, '1-0')
const received = (id: string, bytes: number) =>
  event('upload_progress', { upload_id: id, owner: 'engineer', received: bytes, length: 100 })
const scanned = (id: string, bytes: number) =>
  event('scan_progress', { upload_id: id, owner: 'engineer', stage: 'content', bytes, total: 100, entries: 3, rate: 0 })
const page = (ids: readonly string[], rest: Partial<Page> = {}, second = 1) => ({
  kind: 'page' as const,
  page: {
    uploads: ids.map((id) => upload({ id, second })),
    after: null,
    last: true,
    exact: true,
    owner: 'engineer',
    ...rest,
  },
})
const fold = (...events: Envelope[]): Uploads => foldUploads(emptyUploads('engineer'), { kind: 'events', events })
const shown = ({ newestFirst, byId }: Uploads) => newestFirst.map((id) => `${id}:${byId.get(id)?.state}`)

describe('what is folded, and what is shown', () => {
  const cases: [string, Envelope[], string[]][] = [
    ['nothing', [], []],
    ['a snapshot, newest first', [snapshot(['a', 'c', 'b'], true)], ['c:receiving', 'b:receiving', 'a:receiving']],
    ['steps in order', [step('a', 'received', 2), step('a', 'scanning', 3), step('a', 'complete', 4)], ['a:complete']],
    ['a step that was overtaken', [step('a', 'complete', 4), step('a', 'scanning', 3)], ['a:complete']],
    ['two steps of one instant', [step('a', 'received', 2), step('a', 'scanning', 2)], ['a:scanning']],
    ['an upload from elsewhere', [snapshot(['a'], true), step('b', 'receiving', 2)], ['b:receiving', 'a:receiving']],
    ['a deletion', [snapshot(['a', 'b'], true), step('a', 'deleted', 2)], ['b:receiving']],
    ['a deletion, then what was before it', [step('a', 'deleted', 3), step('a', 'complete', 2)], []],
    ['an expired upload stays in sight', [snapshot(['a'], true), step('a', 'expired', 2)], ['a:expired']],
    ['a complete snapshot is all there is', [step('a', 'complete', 2), snapshot(['b'], true)], ['b:receiving']],
    ['a partial one is not', [step('a', 'complete', 2), snapshot(['b'], false)], ['b:receiving', 'a:complete']],
    ['a snapshot older than an event', [step('a', 'complete', 2), snapshot(['a'], true)], ['a:complete']],
    ['progress of an upload that is not known', [received('a', 5), scanned('a', 5)], []],
  ]
  test.each(cases)('%s', (_name, events, want) => expect(shown(fold(...events))).toEqual(want))
})

describe('progress', () => {
  test('received bytes only grow while receiving', () => {
    const state = fold(snapshot(['a'], true), received('a', 40), received('a', 30))
    expect(state.byId.get('a')?.received).toBe(40)
    const later = foldUploads(state, page(['a'], {}, 1))
    expect(later.byId.get('a')?.received).toBe(40)
  })

  test('a late message does not undo a step', () => {
    const state = fold(step('a', 'complete', 2), received('a', 10), scanned('a', 10))
    expect(state.byId.get('a')?.received).toBe(0)
    expect(state.scans.size).toBe(0)
  })

  test('scan progress is there while the scan runs, and not after', () => {
    const state = fold(step('a', 'scanning', 2), scanned('a', 50))
    expect(state.scans.get('a')?.bytes).toBe(50)
    expect(foldUploads(state, { kind: 'events', events: [step('a', 'quarantined', 3)] }).scans.get('a')).toBeUndefined()
  })

  test('rows keep their order, and the list its identity, while only figures change', () => {
    const state = fold(snapshot(['a', 'b'], true))
    const next = foldUploads(state, { kind: 'events', events: [received('a', 1)] })
    expect(next.newestFirst).toBe(state.newestFirst)
    expect(next.byId.get('b')).toBe(state.byId.get('b'))
  })
})

describe('pages of the list', () => {
  const known = () => fold(snapshot(['a', 'b', 'c', 'd'], true))
  const cases: [string, ReturnType<typeof page>, string[]][] = [
    ['the only page drops what it lacks', page(['c', 'a']), ['d', 'c', 'a']],
    ['a first page says nothing of what is older', page(['c'], { last: false }), ['d', 'c', 'b', 'a']],
    ['a later page drops inside its range only', page(['a'], { after: 'c' }), ['d', 'c', 'a']],
    ['a filtered page drops nothing', page(['a'], { exact: false }), ['d', 'c', 'b', 'a']],
    ['an empty page drops nothing', page([]), ['d', 'c', 'b', 'a']],
    ['a page brings what was not known', page(['d', 'c', 'b', 'aa', 'a']), ['d', 'c', 'b', 'aa', 'a']],
    ["somebody's page says nothing of others", page(['d'], { owner: 'else' }), ['d', 'c', 'b', 'a']],
  ]
  test.each(cases)('%s', (_name, action, want) => expect(foldUploads(known(), action).newestFirst).toEqual(want))

  test('a page that was asked for before a deletion does not bring the row back', () => {
    const removed = foldUploads(known(), { kind: 'removed', id: 'b' })
    expect(foldUploads(removed, page(['d', 'c', 'b', 'a'])).newestFirst).toEqual(['d', 'c', 'a'])
  })
})

test('only the own quota is shown', () => {
  const state = fold(snapshot(['a'], true), event('quota', quota('else', 99)))
  expect(state.quota?.used).toBe(7)
  expect(foldUploads(state, { kind: 'events', events: [event('quota', quota('engineer', 8))] }).quota?.used).toBe(8)
})

test('ten thousand uploads in one fold', () => {
  const events = Array.from({ length: 10_000 }, (_, i) => step(`id-${String(i).padStart(5, '0')}`, 'received', 2))
  const state = fold(...events)
  expect(state.newestFirst.length).toBe(10_000)
  expect(state.newestFirst[0]).toBe('id-09999')
})
