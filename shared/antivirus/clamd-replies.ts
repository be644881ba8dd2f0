/** What clamd said about a file. */
export type StreamVerdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'found'; readonly signature: string }
  /** It did not read all of it. */
  | { readonly kind: 'limit' }
  | { readonly kind: 'encrypted'; readonly signature: string }
/** Or nothing that says anything about it. */
export type StreamReply = StreamVerdict | { readonly kind: 'fault' }

/** Longest answer to be read, bytes: one line with a signature's name. */
export const REPLY_BYTES = 4096

const SIGNATURE = /^[\w.:;+()/@-]{1,200}$/

/** Parses the answer to INSTREAM (clamd(8), "zINSTREAM"): only a plain OK is one. */
export function parseStreamReply(text: string): StreamReply {
  if (text === 'stream: OK') return { kind: 'ok' }
  if (text === 'INSTREAM size limit exceeded. ERROR') return { kind: 'limit' }
  const hit = /^stream: (.+) FOUND$/.exec(text)?.[1]
  if (hit === undefined) return { kind: 'fault' }
  // With AlertExceedsMax clamd tells this way that it left something unread; without it, it says OK.
  if (hit.startsWith('Heuristics.Limits.Exceeded')) return { kind: 'limit' }
  const signature = SIGNATURE.test(hit) ? hit : 'a signature of unusual name'
  return { kind: hit.startsWith('Heuristics.Encrypted.') ? 'encrypted' : 'found', signature }
}

/** `ClamAV 1.4.3/27000/Mon Jan …` becomes `clamav 1.4.3/27000`; an engine without the official database has no second part. */
export function parseVersionReply(text: string): string | undefined {
  const match = /^ClamAV ([\w.+~-]{1,40})(?:\/(\d{1,10}))?(?:\/|$)/.exec(text)
  if (match === null) return undefined
  return `clamav ${match[1]}${match[2] === undefined ? '' : `/${match[2]}`}`
}
