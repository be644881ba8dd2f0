import { MIB } from '#shared/domain/limits.ts'
import type { RandomAccess } from '../../io/random-access.ts'

/** Every block begins with these 48 bits, at any bit of a byte. */
const MAGIC = 0x314159265359n
/** Runs of blanks are packed before they count for a block; a run of zeros, which fills it fifty times, says nothing about what follows. */
const MOST_OVER_FULL = 2
const PIECE = 4 * MIB
/** Of a longer stretch so many pieces are looked at, evenly spread. */
const PIECES = 16

/** For each bit of a byte where a block may begin: the five bytes that are all of the magic, and what the bytes around them must hold. */
const SHIFTED = Array.from({ length: 8 }, (_, shift) => {
  const bytes = Buffer.from((MAGIC << BigInt(8 - shift)).toString(16).padStart(14, '0'), 'hex')
  const [first, last] = [bytes[0] as number, bytes[6] as number]
  return {
    inner: Buffer.from(bytes.subarray(1, 6)),
    first,
    firstMask: 0xff >> shift,
    last,
    lastMask: 0xff & ~(0xff >> shift),
  }
})

/** How many blocks begin in some bytes of a bzip2 stream; one that is cut off at either end is not seen. */
export function countBlocks(bytes: Buffer): number {
  let count = 0
  for (const { inner, first, firstMask, last, lastMask } of SHIFTED) {
    for (let at = bytes.indexOf(inner, 1); at !== -1; at = bytes.indexOf(inner, at + 1)) {
      const fits = ((bytes[at - 1] as number) & firstMask) === first && ((bytes[at + 5] ?? 0) & lastMask) === last
      if (fits) count++
    }
  }
  return count
}

const aside = (packed: RandomAccess, target: Buffer, at: number): Promise<number> =>
  packed.readAside?.(target, at) ?? packed.read(target, at)

async function blocksIn(packed: RandomAccess, from: number, to: number): Promise<number> {
  const length = Math.max(0, to - from)
  const pieces = Math.min(PIECES, Math.ceil(length / PIECE))
  const step = Math.max(PIECE, length / pieces)
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, length))
  let [count, seen] = [0, 0]
  for (let i = 0; i < pieces; i++) {
    const at = from + Math.floor(i * step)
    const piece = buffer.subarray(0, Math.min(buffer.length, to - at))
    count += countBlocks(piece.subarray(0, await aside(packed, piece, at)))
    seen += piece.length
  }
  return seen < length ? (count * length) / seen : count
}

/**
 * How much is at least still to come out of a bzip2 stream, if it goes on as it began, when so many bytes of it were given to its
 * decoder and so many came out. Their blocks tell how much one holds, which is a little more, because of some nothing came out yet.
 */
export async function forecastBzip2(packed: RandomAccess, given: number, decoded: number): Promise<number> {
  const head = Buffer.alloc(4)
  await aside(packed, head, 0)
  const full = 100_000 * Math.max(1, (head[3] as number) - 0x30)
  const before = await blocksIn(packed, 0, given)
  const held = before === 0 ? full : Math.min(MOST_OVER_FULL * full, decoded / before)
  return held * (await blocksIn(packed, given, packed.size))
}
