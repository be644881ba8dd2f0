import { describe, expect, test } from 'vitest'
import {
  isGone,
  isSettled,
  nextState,
  UPLOAD_EVENTS,
  UPLOAD_STATES,
  type UploadEvent,
  type UploadState,
} from '#shared/domain/upload-state.ts'

/** The whole machine: what each event does in each state. '=' made already, '-' refused. Columns in the order of UPLOAD_STATES. */
const TABLE: Record<UploadEvent, string[]> = {
  //            receiving   received    scanning      complete    quarantined  held        deleted  expired
  finish: ['received', '=', '-', '-', '-', '-', '-', '-'],
  scan: ['-', 'scanning', '=', '-', '-', '-', '-', '-'],
  pass: ['-', '-', 'complete', '=', '-', '-', '-', '-'],
  quarantine: ['-', '-', 'quarantined', '-', '=', '-', '-', '-'],
  hold: ['-', 'held', 'held', '-', '-', '=', '-', '-'],
  requeue: ['-', '=', 'received', 'received', 'received', 'received', '-', '-'],
  release: ['-', '-', '-', '=', 'complete', '-', '-', '-'],
  delete: ['deleted', '-', '-', 'deleted', 'deleted', 'deleted', '=', '-'],
  expire: ['expired', '-', '-', '-', '-', '-', '-', '='],
}

describe.each(UPLOAD_EVENTS)('%s', (event) => {
  test.each(UPLOAD_STATES.map((state, i): [UploadState, string] => [state, TABLE[event][i] ?? '?']))(
    'in %s: %s',
    (state, want) => {
      const answer = nextState(state, event)
      expect(answer.kind === 'step' ? answer.to : { already: '=', refused: '-' }[answer.kind]).toBe(want)
    },
  )
})

test('gone states are settled, and nothing leads out of them', () => {
  for (const state of UPLOAD_STATES.filter(isGone)) {
    expect(isSettled(state)).toBe(true)
    expect(UPLOAD_EVENTS.filter((event) => nextState(state, event).kind === 'step')).toEqual([])
  }
})
