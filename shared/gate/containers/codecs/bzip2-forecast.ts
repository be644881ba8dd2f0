import { KIB, MIB } from '#shared/domain/limits.ts'
import type { RandomAccess } from '../../io/random-access.ts'

/** Every block begins with 48 bits of its own, and every stream ends with others, at any bit of a byte. */
const BLOCK = 0x314159265359n
const STREAM_END = 0x177245385090n
/** Runs of blanks are packed before they count for a block; a run of zeros, which fills it fifty times, says nothing about what follows. */
const MOST_OVER_FULL = 2
/** Blocks up to so many times larger or smaller than those decoded last are expected to hold alike; of others nothing is known. */
const ALIKE = 4
/** What may be on its way through a decoder. */
const UNDER_WAY = 64 * KIB
const PIECE = 4 * MIB
/** Of a longer stretch so many pieces are looked at, evenly spread. */
const PIECES = 16

/** For each bit of a byte where a mark may begin: the five bytes that are all of the mark, and what the bytes around them must hold. */
const shifted = (mark: bigint) =>
  Array.from({ length: 8 }, (_, shift) => {
    const bytes = Buffer.from((mark << BigInt(8 - shift)).toString(16).padStart(14, '0'), 'hex')
    const [first, last] = [bytes[0] as number, bytes[6] as number]
    return {
      inner: Buffer.from(bytes.subarray(1, 6)),
      first,
      firstMask: 0xff >> shift,
      last,
      lastMask: 0xff & ~(0xff >> shift),
    }
  })
const BLOCK_SHIFTED = shifted(BLOCK)
const END_SHIFTED = shifted(STREAM_END)

/** Where the mark begins, in no order; one that is cut off at either end is not seen. */
function places(bytes: Buffer, marks: ReturnType<typeof shifted>): number[] {
  const found: number[] = []
  for (const { inner, first, firstMask, last, lastMask } of marks) {
    for (let at = bytes.indexOf(inner, 1); at !== -1; at = bytes.indexOf(inner, at + 1)) {
      const fits = ((bytes[at - 1] as number) & firstMask) === first && ((bytes[at + 5] ?? 0) & lastMask) === last
      if (fits) found.push(at)
    }
  }
  return found
}

/** How long the blocks are that begin in some bytes of a bzip2 stream; the last one may go on behind them. */
export function blockLengths(bytes: Buffer): number[] {
  const blocks = places(bytes, BLOCK_SHIFTED).sort((a, b) => a - b)
  const ends = [...blocks, ...places(bytes, END_SHIFTED), bytes.length].sort((a, b) => a - b)
  let end = 0
  return blocks.map((at) => {
    while ((ends[end] as number) <= at) end++
    return (ends[end] as number) - at
  })
}

const aside = (packed: RandomAccess, target: Buffer, at: number): Promise<number> =>
  packed.readAside?.(target, at) ?? packed.read(target, at)

/** Block by block, or of a long stretch so many of them that each stands for `weight`. */
type Blocks = { readonly lengths: readonly number[]; readonly weight: number }

async function blocksIn(packed: RandomAccess, from: number, to: number): Promise<Blocks> {
  const length = Math.max(0, to - from)
  const pieces = Math.min(PIECES, Math.ceil(length / PIECE))
  const step = Math.max(PIECE, length / pieces)
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, length))
  const lengths: number[] = []
  let seen = 0
  for (let i = 0; i < pieces; i++) {
    const at = from + Math.floor(i * step)
    const piece = buffer.subarray(0, Math.min(buffer.length, to - at))
    for (const block of blockLengths(piece.subarray(0, await aside(packed, piece, at)))) lengths.push(block)
    seen += piece.length
  }
  return { lengths, weight: seen === 0 ? 1 : length / seen }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** How many bytes of a bzip2 stream its decoder was given at some moment, and how many came out. */
export type Progress = { readonly given: number; readonly decoded: number }

/**
 * How much is at least still to come out of a bzip2 stream, if blocks like those decoded since some moment go on holding as much.
 * Nothing is expected of blocks of another length: lines appended to a log say nothing about a mesh, nor a mesh about them.
 */
export async function forecastBzip2(packed: RandomAccess, now: Progress, since: Progress): Promise<number> {
  const head = Buffer.alloc(4)
  await aside(packed, head, 0)
  const most = MOST_OVER_FULL * 100_000 * Math.max(1, (head[3] as number) - 0x30)
  const { lengths } = await blocksIn(packed, since.given, now.given)
  if (lengths.length === 0) return 0
  // The length that most bytes are in.
  const usual = sum(lengths.map((length) => length * length)) / sum(lengths)
  const slack = since.given === 0 ? 0 : UNDER_WAY
  const ratio = (now.decoded - since.decoded) / (now.given - since.given + slack)
  const ahead = await blocksIn(packed, now.given, packed.size)
  const alike = ahead.lengths.filter((length) => length >= usual / ALIKE && length <= usual * ALIKE)
  return ahead.weight * sum(alike.map((length) => Math.min(most, ratio * length)))
}
