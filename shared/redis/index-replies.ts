import { AppError } from '../domain/errors.ts'

export type CreateReply =
  | { kind: 'created'; eventId: string }
  | { kind: 'exists' }
  /** Redis lost its data, and the quotas and the claims of finals are not known again yet. */
  | { kind: 'rebuilding' }
  | { kind: 'quota'; used: number; reserved: number }
  | { kind: 'room'; pending: number }
  /** A partial of the new final is another final's already, or cannot be used any more. */
  | { kind: 'claimed'; final: string }
  | { kind: 'no_partial'; id: string }
export type StepReply =
  /** `replaced`: the upload whose file had the place before. */
  | { kind: 'stepped'; eventId: string; replaced: string | null }
  | { kind: 'already'; record: string }
  /** `state` is the upload's, or why its step has to wait: {@link CLAIMED}, {@link WAITING}, {@link REBUILDING}. */
  | { kind: 'refused'; state: string }
  | { kind: 'missing' }
export type WholeReply =
  | { kind: 'whole'; final: string | null }
  | { kind: 'refused'; state: string }
  | { kind: 'missing' }
export type ReserveReply =
  | { kind: 'reserved' }
  | { kind: 'refused'; state: string }
  | { kind: 'missing' }
  | { kind: 'quota'; used: number; reserved: number }
  | { kind: 'room'; pending: number }

/** A partial that a final waits for cannot go alone. */
export const CLAIMED = 'claimed'
/** A final cannot be finished before all its partials are there. */
export const WAITING = 'waiting'
/** A partial cannot go before it is known again whether a final has claimed it. */
export const REBUILDING = 'rebuilding'

/** Redis lost its data: what it knew of quotas, lists and claims comes back from the disk within a minute. */
export const rebuilding = () =>
  new AppError('unavailable', 'rebuilding', 'Cannot do this now: the index of uploads is being rebuilt from the disk', {
    retryAfterSeconds: 5,
  })

const parts = (raw: unknown): [string, string, string] => {
  if (!Array.isArray(raw)) throw unknownReply()
  return [String(raw[0]), String(raw[1] ?? ''), String(raw[2] ?? '')]
}

const unknownReply = () => new AppError('unavailable', 'index_reply', 'Cannot read the answer of the upload index')

/** Lua replies, parsed: one function a script. Each throws `unavailable` on a reply it does not know. */
export const replyTo = {
  create(raw: unknown): CreateReply {
    const [kind, first, second] = parts(raw)
    if (kind === 'created') return { kind, eventId: first }
    if (kind === 'exists' || kind === 'rebuilding') return { kind }
    if (kind === 'quota') return { kind, used: Number(first), reserved: Number(second) }
    if (kind === 'room') return { kind, pending: Number(first) }
    if (kind === 'claimed') return { kind, final: first }
    if (kind === 'no_partial') return { kind, id: first }
    throw unknownReply()
  },
  step(raw: unknown): StepReply {
    const [kind, first, second] = parts(raw)
    if (kind === 'stepped') return { kind, eventId: first, replaced: second === '' ? null : second }
    if (kind === 'already') return { kind, record: first }
    if (kind === 'refused') return { kind, state: first }
    if (kind === 'missing') return { kind }
    throw unknownReply()
  },
  whole(raw: unknown): WholeReply {
    const [kind, first] = parts(raw)
    if (kind === 'whole') return { kind, final: first === '' ? null : first }
    if (kind === 'refused') return { kind, state: first }
    if (kind === 'missing') return { kind }
    throw unknownReply()
  },
  reserve(raw: unknown): ReserveReply {
    const [kind, first, second] = parts(raw)
    if (kind === 'reserved' || kind === 'missing') return { kind }
    if (kind === 'refused') return { kind, state: first }
    if (kind === 'quota') return { kind, used: Number(first), reserved: Number(second) }
    if (kind === 'room') return { kind, pending: Number(first) }
    throw unknownReply()
  },
}
