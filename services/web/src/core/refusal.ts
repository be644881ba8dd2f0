import type { Say, Word } from './words.ts'
import { WORDS } from './words.ts'

/** The body of an error answer: `{ error, code, message }`, of which any may be missing (a proxy's page, say). */
export type Refusal = { readonly status: number; readonly code: string; readonly message: string }

export function parseRefusal(status: number, body: string): Refusal {
  let fields: Record<string, unknown> = {}
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) fields = value as Record<string, unknown>
  } catch {
    // Not ours: the status has to do.
  }
  const text = (name: string) => (typeof fields[name] === 'string' ? (fields[name] as string) : '')
  return { status, code: text('code'), message: text('message') || text('error') }
}

/** A refusal in words: what kind it is in the reader's language, then what the server says. */
export function refusalWords({ status, message }: Refusal, say: Say): string {
  if (status === 0) return say('unreachable')
  const word = `refused_${status}`
  const kind = say(Object.hasOwn(WORDS, word) ? (word as Word) : 'refused_other')
  return message === '' ? kind : `${kind}: ${message}`
}

/** How long a `Retry-After` asks to wait, ms: seconds or a date; at least 1 s, at most 5 min. */
export function retryAfterMs(header: string | undefined, now: number): number {
  const seconds = Number(header)
  const wait =
    header === undefined || header === '' ? 5_000 : Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now
  return Math.min(300_000, Math.max(1_000, Number.isFinite(wait) ? wait : 5_000))
}
