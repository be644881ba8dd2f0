/** How a decoder ended, and what it said. */
export type DecoderEnd = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/** By its own fault on this content, the same on every attempt. */
const CRASHES: readonly (NodeJS.Signals | null)[] = [
  'SIGSEGV',
  'SIGBUS',
  'SIGABRT',
  'SIGILL',
  'SIGFPE',
  'SIGSYS',
  'SIGXFSZ',
]
/** The wrappers and the loader speak with these codes, or under their own names: no fault of the content. */
const NOT_STARTED = new Set([126, 127])
const LAUNCHERS = /^(?:prlimit|setpriv):/m

/** What the tools say, in words of ours. The first that fits counts: "encrypted" must not be lost behind "unsupported". */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/encrypt|passphrase|password|crypto codec|AES/i, 'encrypted'],
  [/multi-?volume|split archive|next volume|missing volume/i, 'one part of a split archive'],
  [
    /allocate (?:required )?memory|out of memory|memory (?:usage )?limit|too much memory/i,
    'needs too much memory to decode',
  ],
  [/unsupported|not supported|not yet supported|unknown (?:codec|method)/i, 'packed by a method that is not supported'],
  [/truncated|unexpected end|premature|end of file|too small/i, 'cut off'],
  [/after the end of the payload/i, 'bytes behind the end of its data'],
]

/**
 * Why content could not be decoded; null after a good end. Throws where the decoder is not to blame the content for: it was
 * not started, or somebody killed it (a machine out of memory does), so another attempt may succeed. A decoder that crashes or
 * spends its own limits will do so each time: that is a verdict, not a retry.
 */
export function failureOf({ code, signal, said }: DecoderEnd): string | null {
  if (code === 0) return null
  if (signal === 'SIGXCPU') return 'takes too long to decode'
  if (CRASHES.includes(signal)) return `its decoder broke down over it (${signal})`
  if (signal !== null) throw new Error(`Cannot decode: the decoder was ended by ${signal}`)
  if (NOT_STARTED.has(code ?? 127) || LAUNCHERS.test(said)) throw new Error(`Cannot start the decoder: ${said.trim()}`)
  return KNOWN.find(([pattern]) => pattern.test(said))?.[1] ?? `damaged: ${lastWords(said, code)}`
}

/** The tool's own words without its name and the name it gives its input. */
function lastWords(said: string, code: number | null): string {
  const lines = said
    .split('\n')
    .map((line) =>
      line
        .replace(/^(?:bsdtar|bsdcat|ERROR): ?/, '')
        .replace(/(?:Error reading archive -|<stdin>): |\/proc\/self\/fd\/0(?: : )?/g, ''),
    )
    .filter((line) => /\w/.test(line) && !/^(?:Error exit delayed|\(null\)$|ERROR:?$)/.test(line))
  return lines[0]?.trim() ?? `the decoder gave up (${code})`
}
