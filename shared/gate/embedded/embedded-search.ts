import { KIB, MIB } from '#shared/domain/limits.ts'
import { type Region, RegionScanner } from '../active/region-scanner.ts'
import { isArchive } from '../containers/families.ts'
import type { Listener } from '../io/byte-stream.ts'
import type { Detected } from '../types/detect.ts'
import { compress, lzmaAlone } from '../types/probes.ts'
import type { Sample } from '../types/sample.ts'
import { ALL, type Codec, isPlain, type Signature, STRONG } from './signatures.ts'

/** 7-Zip opens an archive behind other content up to this byte, and with it; no other common tool looks further. */
const REACH = 8 * MIB
/** Signatures may stand so far behind the beginning (ISO 9660). */
const LONGEST_BACK = 64 * KIB
/** Of a compressed stream so much is kept, to see what it holds: a block of bzip2 must be whole. */
const KEPT: Readonly<Record<Codec, number>> = {
  gzip: 64 * KIB,
  compress: 64 * KIB,
  lzma: 256 * KIB,
  zstd: 256 * KIB,
  xz: MIB,
  bzip2: MIB,
}
const MOST = 8

export type Stream = { readonly codec: Codec; readonly at: number; readonly parts: Buffer[]; size: number }

/** Looks for archives inside content that is none. `onFound` may throw, to end the reading. */
export class EmbeddedSearch implements Listener {
  readonly #signatures: readonly Signature[]
  readonly #onFound: (name: string, at: number) => void
  readonly #regions = new RegionScanner((region) => this.#visit(region))
  #position = 0
  /** Compressed streams with their beginnings; what they hold is for others to see. */
  readonly streams: Stream[] = []
  /** Streams beyond those kept. */
  left = 0

  /** `whole` are codecs that all of it may be in, by signatures too short to be believed. */
  constructor(signatures: readonly Signature[], whole: readonly Codec[], onFound: (name: string, at: number) => void) {
    this.#signatures = signatures
    this.#onFound = onFound
    for (const codec of whole) this.streams.push({ codec, at: 0, parts: [], size: 0 })
  }

  push(chunk: Buffer): void {
    if (this.#position < REACH + MIB) this.#regions.push(chunk)
    this.#position += chunk.length
  }

  whole(bytes: Buffer): void {
    this.#regions.whole(bytes)
  }

  end(): void {
    this.#regions.end()
  }

  #visit(region: Region): void {
    for (const stream of this.streams) keep(stream, region, region.from)
    if (region.position < REACH + LONGEST_BACK && !isPlain(region.bytes.subarray(region.from))) this.#search(region)
  }

  #search({ bytes, from, to, position }: Region): void {
    for (const signature of this.#signatures) {
      const { needle, back } = signature
      for (let at = bytes.indexOf(needle, from); at !== -1 && at < to; at = bytes.indexOf(needle, at + 1)) {
        const start = position + at - from - back
        // What begins at 0 is the type of the whole.
        if (start > 0 && start <= REACH && signature.verify(bytes, at)) this.#found(signature, start, bytes, at, to)
      }
    }
  }

  #found({ name, codec }: Signature, start: number, bytes: Buffer, at: number, to: number): void {
    if (codec === null) this.#onFound(name, start)
    else if (this.streams.length >= MOST) this.left++
    else {
      const stream: Stream = { codec, at: start, parts: [], size: 0 }
      keep(stream, { bytes, from: at, to }, at)
      this.streams.push(stream)
    }
  }
}

function keep(stream: Stream, { bytes, to }: Pick<Region, 'bytes' | 'from' | 'to'>, from: number): void {
  const part = bytes.subarray(from, Math.min(to, from + KEPT[stream.codec] - stream.size))
  if (part.length === 0) return
  stream.parts.push(Buffer.from(part))
  stream.size += part.length
}

/** What to look for in content of this type: archives have readers, and OLE2 holds attachments. */
export function signaturesIn({ family, known }: Detected): readonly Signature[] {
  if (isArchive(family) || family === 'ole2') return []
  return !known || family === 'text' || family === 'xml' || family === 'json' ? ALL : STRONG
}

/** Short signatures that `detect` believes only under a name that goes with them; tools believe them under any. */
export const weakCodecs = (sample: Sample, { family }: Detected): Codec[] =>
  WEAK.filter(([codec, probe]) => family !== codec && !isArchive(family) && probe(sample)).map(([codec]) => codec)
const WEAK = [
  ['compress', compress],
  ['lzma', lzmaAlone],
] as const
