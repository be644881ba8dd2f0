import { KIB } from '#shared/domain/limits.ts'
import { Inflate64Stream } from '../../decoders/inflate64.ts'
import type { Inspection } from '../../inspection.ts'
import { BufferStream, type ByteStream, Cursor } from '../../io/byte-stream.ts'
import { InflateStream, inflateSmall } from '../../io/inflate.ts'
import { inflateTiny, TINY } from '../../io/inflate-tiny.ts'
import { type RandomAccess, RangeStream, SliceAccess, type Window } from '../../io/random-access.ts'
import { GateProblem } from '../../problem.ts'
import { CODECS } from '../codecs/codecs.ts'
import { decodeCodec } from '../codecs/decode-codec.ts'
import { countSlowly } from '../counted-stream.ts'
import type { ZipEntry } from './entry.ts'
import { lzmaFile } from './zip-lzma.ts'

export const STORED = 0
export const DEFLATE = 8
const DEFLATE64 = 9
const BZIP2 = 12
const LZMA = 14
const ZSTD = 93
/** By the decoders of this process that are fast. */
const FAST: ReadonlySet<number> = new Set([STORED, DEFLATE, ZSTD])
export const isBzip2 = ({ method }: ZipEntry): boolean => method === BZIP2
export const isSlow = ({ method }: ZipEntry): boolean => !FAST.has(method)
/** Methods whose data are a file of that format as it stands. */
const BY_CODEC: Readonly<Record<number, keyof typeof CODECS>> = { [BZIP2]: 'bzip2', [ZSTD]: 'zstd', 95: 'xz' }
/** What else is about, for the message. */
const METHODS: Readonly<Record<number, string>> = {
  1: 'shrink',
  6: 'implode',
  20: 'an early zstd',
  94: 'MP3',
  96: 'JPEG',
  97: 'WavPack',
  98: 'PPMd',
  99: 'AES',
}
/** Up to here a member is decoded in one call, from one buffer to another. */
export const SMALL = 256 * KIB

export type Range = { readonly start: number; readonly end: number }
export type MemberSource = {
  readonly access: RandomAccess
  readonly window: Window
  readonly inspection: Inspection
  readonly place: string
}

/** The decoded bytes of a member. */
export type MemberData = {
  readonly stream: ByteStream
  /** Bytes of the member behind the end of its compressed data; asked when the stream has ended. */
  isLonger(): Promise<boolean>
  close(): Promise<void>
}

const nothing = async () => undefined
const never = async () => false

export async function openMember(entry: ZipEntry, data: Range, source: MemberSource): Promise<MemberData> {
  if (entry.method === STORED) return { stream: await storedBytes(data, source), isLonger: never, close: nothing }
  if (entry.method === DEFLATE) return deflated(entry, data, source)
  const packed = new Cursor(new RangeStream(source.access, data.start, data.end))
  const isLonger = async () => (await packed.peek(1)).length > 0
  if (entry.method === DEFLATE64) {
    return {
      stream: countSlowly(new Inflate64Stream(packed), source.inspection, source.place),
      isLonger,
      close: nothing,
    }
  }
  if (entry.method === LZMA) return lzma(entry, packed, source)
  const family = BY_CODEC[entry.method]
  if (family === undefined) throw unsupported(entry.method, source.place)
  // That nothing is left over is proved by the codec itself.
  const access = new SliceAccess(source.access, data.start, data.end - data.start)
  return {
    ...(await decodeCodec(CODECS[family], { cursor: packed, access }, source.inspection, source.place)),
    isLonger: never,
  }
}

const unsupported = (method: number, place: string) =>
  new GateProblem(
    'not_inspectable',
    place,
    `packed by method ${method} (${METHODS[method] ?? 'unknown'}), which is not supported`,
  )

async function storedBytes({ start, end }: Range, { access, window }: MemberSource): Promise<ByteStream> {
  if (end - start <= SMALL) return new BufferStream(await window.read(start, end - start))
  return new RangeStream(access, start, end)
}

async function deflated(entry: ZipEntry, data: Range, { access, window }: MemberSource): Promise<MemberData> {
  if (entry.compressedSize <= SMALL && entry.size <= SMALL) {
    const stream = new SmallInflate(await window.read(data.start, entry.compressedSize), entry.size)
    return { stream, isLonger: async () => stream.consumed !== entry.compressedSize, close: nothing }
  }
  const packed = new Cursor(new RangeStream(access, data.start, data.end))
  const stream = new InflateStream(packed)
  return { stream, isLonger: async () => (await packed.peek(1)).length > 0, close: () => stream.close() }
}

async function lzma(entry: ZipEntry, packed: Cursor, { inspection, place }: MemberSource): Promise<MemberData> {
  const file = await lzmaFile(entry, packed, place)
  return {
    ...(await decodeCodec(CODECS.lzma, { cursor: new Cursor(file), access: null }, inspection, place)),
    isLonger: never,
  }
}

/** A small deflate stream, inflated in one call when it is asked for. */
class SmallInflate implements ByteStream {
  readonly #packed: Buffer
  readonly #size: number
  consumed = 0
  #done = false
  constructor(packed: Buffer, size: number) {
    this.#packed = packed
    this.#size = size
  }
  async next(): Promise<Buffer | null> {
    return this.nextNow()
  }
  nextNow(): Buffer | null {
    if (this.#done) return null
    this.#done = true
    const tiny = this.#packed.length <= TINY && this.#size <= TINY ? inflateTiny(this.#packed, this.#size) : null
    const { data, consumed } = tiny ?? inflateSmall(this.#packed, this.#size)
    this.consumed = consumed
    return data.length === 0 ? null : data
  }
}
