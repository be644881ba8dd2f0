/**
 * Which step may follow which (design: "States"). A pure function of (state, event).
 *
 *   finish      receiving                              → received
 *   scan        received                               → scanning
 *   pass        scanning                               → complete
 *   quarantine  scanning                               → quarantined
 *   hold        received, scanning                     → held
 *   requeue     scanning, held, complete, quarantined  → received
 *   release     quarantined                            → complete
 *   delete      receiving, complete, held, quarantined → deleted
 *   expire      receiving                              → expired
 */
export const UPLOAD_STATES = [
  'receiving',
  'received',
  'scanning',
  'complete',
  'quarantined',
  'held',
  'deleted',
  'expired',
] as const
export type UploadState = (typeof UPLOAD_STATES)[number]

const STEPS = {
  finish: { from: ['receiving'], to: 'received' },
  scan: { from: ['received'], to: 'scanning' },
  pass: { from: ['scanning'], to: 'complete' },
  quarantine: { from: ['scanning'], to: 'quarantined' },
  hold: { from: ['received', 'scanning'], to: 'held' },
  requeue: { from: ['scanning', 'held', 'complete', 'quarantined'], to: 'received' },
  release: { from: ['quarantined'], to: 'complete' },
  delete: { from: ['receiving', 'complete', 'held', 'quarantined'], to: 'deleted' },
  expire: { from: ['receiving'], to: 'expired' },
} as const satisfies Record<string, { from: readonly UploadState[]; to: UploadState }>

export type UploadEvent = keyof typeof STEPS
export const UPLOAD_EVENTS = Object.keys(STEPS) as UploadEvent[]

export type StepAnswer = { kind: 'step'; to: UploadState } | { kind: 'already' } | { kind: 'refused' }

/** Answers what `event` does to an upload in `state`; a step made already is `already`, so everything may run twice. */
export function nextState(state: UploadState, event: UploadEvent): StepAnswer {
  const step: { from: readonly UploadState[]; to: UploadState } = STEPS[event]
  if (state === step.to) return { kind: 'already' }
  return step.from.includes(state) ? { kind: 'step', to: step.to } : { kind: 'refused' }
}

/** The step as data, for the Lua script that makes it. */
export const stepOf = (event: UploadEvent): { from: readonly UploadState[]; to: UploadState } => STEPS[event]

/** States in which nothing further happens by itself. */
export const isSettled = (state: UploadState): boolean =>
  state === 'complete' || state === 'quarantined' || state === 'held' || isGone(state)

/** States whose bytes are no longer there. */
export const isGone = (state: UploadState): boolean => state === 'deleted' || state === 'expired'

export const isUploadState = (value: unknown): value is UploadState =>
  typeof value === 'string' && (UPLOAD_STATES as readonly string[]).includes(value)
