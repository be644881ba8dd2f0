import type { Piece } from './piece.ts'

const BLOCK = Buffer.alloc(64 * 1024)

/** As much in front of the zeros as may be needed to know how many of them are data. */
const SEEN = 16

/**
 * Leaves zeros at the very end out: bsdtar, which is macOS's tar, fills up what it writes to a pipe, and every tool ignores it.
 * `ownZeros` says how many of them belong to what is in front, because a check sum may end with zeros.
 */
export async function* withoutZeroTail(
  pieces: AsyncIterable<Piece>,
  ownZeros: (end: Buffer, zeros: number) => number,
): AsyncGenerator<Piece> {
  let zeros = 0
  let seen: Buffer = Buffer.alloc(0)
  for await (const { bytes, startsFrame } of pieces) {
    const end = endOfData(bytes)
    if (end === 0) {
      zeros += bytes.length
      continue
    }
    yield* blocksOf(zeros)
    seen = lastBytes(seen, zeros, bytes.subarray(0, end))
    zeros = bytes.length - end
    yield { bytes: bytes.subarray(0, end), startsFrame }
  }
  yield* blocksOf(Math.min(zeros, ownZeros(seen, zeros)))
}

const lastBytes = (seen: Buffer, zeros: number, bytes: Buffer): Buffer =>
  Buffer.concat([seen, Buffer.alloc(Math.min(zeros, SEEN)), bytes.subarray(-SEEN)]).subarray(-SEEN)

function endOfData(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return end
}

function* blocksOf(zeros: number): Generator<Piece> {
  for (let left = zeros; left > 0; left -= BLOCK.length) yield { bytes: BLOCK.subarray(0, left), startsFrame: false }
}
