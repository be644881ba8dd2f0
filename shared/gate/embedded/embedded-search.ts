import { KIB, MIB } from '#shared/domain/limits.ts'
import { type Region, RegionScanner } from '../active/region-scanner.ts'
import { isArchive } from '../containers/families.ts'
import type { Listener } from '../io/byte-stream.ts'
import type { Detected } from '../types/detect.ts'
import { compress, lzmaAlone } from '../types/probes.ts'
import type { Sample } from '../types/sample.ts'
import { IMAGES } from './image-signatures.ts'
import { NeedleTable } from './needle-table.ts'
import { SecondMarks } from './second-marks.ts'
import { ARCHIVES, type Codec, isPlain, type Signature, STREAMS, ZIP } from './signatures.ts'
import { ZipMembers } from './zip-members.ts'

/** 7-Zip opens an archive behind other content up to this byte, and with it; no other common tool looks further. */
const REACH = 8 * MIB
/** Signatures may stand so far behind the beginning (ISO 9660). */
const LONGEST_BACK = 64 * KIB
/** Of a compressed stream so much is kept, to see what it holds: a block of bzip2 must be whole, and a header of gzip may take up 132 KiB. */
const KEPT: Readonly<Record<Codec, number>> = {
  gzip: 256 * KIB,
  compress: 64 * KIB,
  lzma: 256 * KIB,
  zstd: 256 * KIB,
  xz: MIB,
  bzip2: MIB,
}
/** Together they take up no more than 16 MiB. */
const MOST = 16
/** Some tenths of a second. */
const MOST_UNPROVEN = 1000

export type Stream = { readonly codec: Codec; readonly at: number; readonly parts: Buffer[]; size: number }

/** Looks for archives inside content that is none. `onFound` may throw, to end the reading. */
export class EmbeddedSearch implements Listener {
  readonly #manner: Manner
  readonly #onFound: (name: string, at: number) => void
  readonly #regions = new RegionScanner((region) => this.#visit(region))
  readonly #seconds: SecondMarks
  #position = 0
  #unproven = 0
  /** Compressed streams with their beginnings; what they hold is for others to see. */
  readonly streams: Stream[] = []
  /** Streams beyond those kept. */
  left = 0
  /** Members of zips, where those are no reason by themselves. */
  readonly members = new ZipMembers()

  /** `whole` are codecs that all of it may be in, by signatures too short to be believed. */
  constructor(manner: Manner, whole: readonly Codec[], onFound: (name: string, at: number) => void) {
    this.#manner = manner
    this.#onFound = onFound
    this.#seconds = new SecondMarks(onFound)
    for (const codec of whole) this.streams.push({ codec, at: 0, parts: [], size: 0 })
  }

  push(chunk: Buffer): void {
    if (this.#position < REACH + MIB || this.members.isOn || this.#seconds.areAwaited) this.#regions.push(chunk)
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
    const isWithin = this.#manner !== 'nothing' && region.position < REACH + LONGEST_BACK
    if (isWithin && !isPlain(region.bytes.subarray(region.from))) this.#search(region)
    if (this.members.isOn) this.members.visit(region)
    if (this.#seconds.areAwaited) this.#seconds.visit(region)
  }

  #search({ bytes, from, to, position }: Region): void {
    NEEDLES.each(bytes, from, to, (signature, at) => {
      const start = position + at - from - signature.back
      // What begins at 0 is the type of the whole, or was no match for its stricter probe.
      const isWithin = start >= (signature.isProgram === true ? 1 : 0) && start <= REACH
      if (isWithin && signature.verify(bytes, at)) this.#found(signature, start, bytes, at, to)
    })
  }

  #found(signature: Signature, start: number, bytes: Buffer, at: number, to: number): void {
    const { name, codec, next, back } = signature
    if (next !== undefined) this.#seconds.await(signature, start, start + back + next(bytes, at))
    else if (codec === null) {
      if (signature !== ZIP || this.#manner === 'everything') this.#onFound(name, start)
      else this.members.begin(start)
    } else if (this.streams.length >= MOST) this.left++
    else if (this.#isProven(signature, bytes, at)) {
      const stream: Stream = { codec, at: start, parts: [], size: 0 }
      keep(stream, { bytes, from: at, to }, at)
      this.streams.push(stream)
    }
  }

  /** Where too many were not, the others are taken without. */
  #isProven({ prove }: Signature, bytes: Buffer, at: number): boolean {
    if (prove === undefined || this.#unproven >= MOST_UNPROVEN || prove(bytes, at)) return true
    this.#unproven++
    return false
  }
}

function keep(stream: Stream, { bytes, to }: Pick<Region, 'bytes' | 'from' | 'to'>, from: number): void {
  const part = bytes.subarray(from, Math.min(to, from + KEPT[stream.codec] - stream.size))
  if (part.length === 0) return
  stream.parts.push(Buffer.from(part))
  stream.size += part.length
}

const NEEDLES = new NeedleTable([...ARCHIVES, ...IMAGES, ...STREAMS, ZIP])

/** What speaks against content: everything that is found, or of zips only what they hold. */
export type Manner = 'nothing' | 'everything' | 'zips-by-content'

/** Archives have readers, 7-Zip opens OLE2 itself where its tables fit (`isOle`), and known binary formats may have zips inside as their makers mean it. */
export function mannerFor({ family, known }: Detected, isOle: boolean): Manner {
  if (isArchive(family) || isOle) return 'nothing'
  return !known || family === 'text' || family === 'xml' || family === 'json' ? 'everything' : 'zips-by-content'
}

/** Short signatures that `detect` believes only under a name that goes with them; tools believe them under any. */
export const weakCodecs = (sample: Sample, { family }: Detected): Codec[] =>
  WEAK.filter(([codec, probe]) => family !== codec && !isArchive(family) && probe(sample)).map(([codec]) => codec)
const WEAK = [
  ['compress', compress],
  ['lzma', lzmaAlone],
] as const
