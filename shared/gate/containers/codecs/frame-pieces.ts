import { KIB, MIB } from '#shared/domain/limits.ts'
import type { Cursor } from '../../io/byte-stream.ts'
import { zerosOfBzip2 } from './bzip2-end.ts'
import type { Piece } from './piece.ts'
import { withoutZeroTail } from './zero-tail.ts'
import { zstdHeaderBytes } from './zstd-frame.ts'

export type Pieces = (content: Cursor) => AsyncGenerator<Piece>

const piece = (bytes: Buffer, startsFrame = false): Piece => ({ bytes, startsFrame })

async function* pass(content: Cursor, length: number): AsyncGenerator<Piece> {
  for (let left = length; left > 0; ) {
    const bytes = await content.next(left)
    if (bytes === null) return
    left -= bytes.length
    yield piece(bytes)
  }
}
const rest = (content: Cursor): AsyncGenerator<Piece> => pass(content, Number.POSITIVE_INFINITY)

const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50

async function* skipped(content: Cursor, length: number): AsyncGenerator<Piece> {
  yield* pass(content, 8)
  for await (const { bytes } of pass(content, length)) yield { bytes, startsFrame: false, isSkipped: true }
}

/** Frame by frame, each by its magic, where the format says how long its blocks are; what is no frame passes as it is. */
const walked = (frames: Readonly<Record<number, Pieces>>): Pieces =>
  async function* (content) {
    for (;;) {
      const head = Buffer.from(await content.peek(8))
      const magic = head.length < 8 && !isEmptyLegacy(head) ? 0 : head.readUInt32LE(0)
      const frame = frames[magic]
      if (isSkippable(magic)) yield* skipped(content, head.readUInt32LE(4))
      else if (frame !== undefined) yield* frame(content)
      else return yield* withoutZeroTail(rest(content), () => 0)
    }
  }

/** RFC 8878, 3.1.1. */
async function* zstdFrame(content: Cursor): AsyncGenerator<Piece> {
  const flags = (await content.peek(5))[4] as number
  yield piece(await content.take(zstdHeaderBytes(flags)), true)
  for (let isLast = false; !isLast; ) {
    const head = await content.peek(3)
    if (head.length < 3) return
    const block = head.readUIntLE(0, 3)
    isLast = (block & 1) !== 0
    // A run of one byte is stored as that byte.
    yield* pass(content, 3 + (((block >> 1) & 3) === 1 ? 1 : block >> 3))
  }
  if ((flags & 4) !== 0) yield* pass(content, 4)
}
const ZSTD = 0xfd2fb528
export const zstdPieces = walked({ [ZSTD]: zstdFrame })

/** xxHash of nothing. */
const NO_CONTENT = 0x02cc5d05
/** A frame without blocks, such as `lz4` makes of an empty file: bsdcat takes nothing behind one, so it is left out. */
const isEmptyLz4 = (rest: Buffer, isChecked: boolean): boolean =>
  rest.length >= (isChecked ? 8 : 4) &&
  rest.readUInt32LE(0) === 0 &&
  (!isChecked || rest.readUInt32LE(4) === NO_CONTENT)

/** LZ4 frame format 1.6.3. */
async function* lz4Frame(content: Cursor): AsyncGenerator<Piece> {
  const flags = (await content.peek(5))[4] as number
  const has = (bit: number, bytes: number) => ((flags & bit) === 0 ? 0 : bytes)
  const header = 7 + has(0x08, 8) + has(0x01, 4)
  if (isEmptyLz4((await content.peek(header + 8)).subarray(header), (flags & 0x04) !== 0)) {
    await content.skip(header + 4 + has(0x04, 4))
    return yield piece(Buffer.alloc(0), true)
  }
  yield piece(await content.take(header), true)
  for (;;) {
    const head = await content.peek(4)
    const size = head.length < 4 ? 0 : head.readUInt32LE(0) & 0x7fffffff
    yield* pass(content, 4 + (size === 0 ? has(0x04, 4) : size + has(0x10, 4)))
    if (size === 0) return
  }
}

/** The most that 8 MiB, which a legacy block holds, can be packed to. */
const LEGACY_BLOCK = 8 * MIB + Math.floor((8 * MIB) / 255) + 16

const LZ4 = 0x184d2204
const LEGACY_LZ4 = 0x184c2102
/** A legacy frame without blocks, as `lz4 -l` makes of an empty file; behind it is nothing. */
const isEmptyLegacy = (rest: Buffer): boolean => rest.length === 4 && rest.readUInt32LE(0) === LEGACY_LZ4

/** As `lz4 -l` writes it: it ends with the content, or where no length of a block can stand (the magic of a frame is none). */
async function* lz4LegacyFrame(content: Cursor): AsyncGenerator<Piece> {
  if (isEmptyLegacy(await content.peek(5))) {
    await content.skip(4)
    return yield piece(Buffer.alloc(0), true)
  }
  yield piece(await content.take(4), true)
  for (;;) {
    const head = await content.peek(4)
    const size = head.length < 4 ? 0 : head.readUInt32LE(0)
    if (size === 0 || size > LEGACY_BLOCK) return
    yield* pass(content, 4 + size)
  }
}
export const lz4Pieces = walked({ [LZ4]: lz4Frame, [LEGACY_LZ4]: lz4LegacyFrame })

const LOOK = 64 * KIB

/** Where block lengths are not told, a frame shows by a magic so long that data do not hold it by chance. */
const searched = (magicBytes: number, find: (bytes: Buffer, from: number) => number) =>
  async function* (content: Cursor): AsyncGenerator<Piece> {
    for (let startsFrame = true; ; ) {
      const look = await content.peek(LOOK)
      if (look.length === 0) return
      const at = find(look, 1)
      // A magic may be cut by the end of the look: that much is looked at again.
      const whole = look.length < LOOK ? look.length : look.length - magicBytes + 1
      yield piece(await content.take(at === -1 ? whole : at), startsFrame)
      startsFrame = at !== -1
    }
  }

const BZIP2 = /^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/
const bzip2Frames = searched(10, (bytes, from) => {
  let at = bytes.indexOf('BZh', from)
  while (at !== -1 && !BZIP2.test(bytes.toString('latin1', at, at + 10))) at = bytes.indexOf('BZh', at + 1)
  return at
})

/** The magic, and the first byte of the flags, which is always zero. */
const XZ = Buffer.from('fd377a585a0000', 'hex')
const xzFrames = searched(XZ.length, (bytes, from) => bytes.indexOf(XZ, from))

/** The check sum at the end of bzip2 may be zeros; xz ends with letters. */
export const bzip2Pieces: Pieces = (content) => withoutZeroTail(bzip2Frames(content), zerosOfBzip2)
export const xzPieces: Pieces = (content) => withoutZeroTail(xzFrames(content), () => 0)
