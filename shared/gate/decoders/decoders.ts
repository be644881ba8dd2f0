/** A program that decodes; `libraryPath` is for one that was unpacked and not installed. */
export type Program = { readonly file: string; readonly libraryPath: string }

/** What decodes that we do not decode ourselves. Plain data: it is handed to the scan process with each file. */
export type Decoders = {
  readonly bsdcat: Program | null
  readonly bsdtar: Program | null
  readonly sevenZip: Program | null
  /** Without it nothing else here is used: a decoder without limits takes the machine's memory. */
  readonly prlimit: Program | null
  readonly setpriv: Program | null
}
export type DecoderName = 'bsdcat' | 'bsdtar' | 'sevenZip'

export const NO_DECODERS: Decoders = Object.freeze({
  bsdcat: null,
  bsdtar: null,
  sevenZip: null,
  prlimit: null,
  setpriv: null,
})

/** Each tool by the name people know it under, and the formats that stay closed without it. */
const TOOLS: readonly (readonly [DecoderName, string, readonly string[]])[] = [
  ['bsdcat', 'bsdcat', ['xz', 'lz4', 'zstd with windows above 8 MiB']],
  ['bsdtar', 'bsdtar', ['7z', 'rar', 'cab']],
  ['sevenZip', '7zz', ['lzma']],
]
/** 7zz or bsdcat will do. */
const EITHER = 'bzip2'

export type MissingDecoder = { readonly tool: string; readonly formats: readonly string[] }

/** What cannot be looked into on this machine: for the log at the start, and for administrators. */
export function missingDecoders(decoders: Decoders): MissingDecoder[] {
  const isThere = (name: DecoderName) => decoderOf(decoders, name) !== null
  const closed = isThere('sevenZip') || isThere('bsdcat') ? [] : [EITHER]
  const missing = TOOLS.filter(([name]) => !isThere(name))
  const named = missing.map(([name, tool, formats]) => ({
    tool,
    formats: name === 'bsdcat' ? [...closed, ...formats] : formats,
  }))
  if (decoders.prlimit !== null || missing.length === 0) return named
  return [{ tool: 'prlimit', formats: named.flatMap(({ formats }) => formats) }]
}

/** The program, unless it is missing or could not be held in its limits. */
export const decoderOf = (decoders: Decoders, name: DecoderName): Program | null =>
  decoders.prlimit === null ? null : decoders[name]
