import type { Piece } from './piece.ts'

const BLOCK = Buffer.alloc(64 * 1024)

/**
 * Leaves zeros at the very end out: bsdtar, which is macOS's tar, fills up what it writes to a pipe, and every tool ignores it.
 * A shorter run than `least` stays, because a check sum may end with zeros.
 */
export async function* withoutZeroTail(pieces: AsyncIterable<Piece>, least: number): AsyncGenerator<Piece> {
  let zeros = 0
  for await (const { bytes, startsFrame } of pieces) {
    const end = endOfData(bytes)
    if (end === 0) {
      zeros += bytes.length
      continue
    }
    yield* blocksOf(zeros)
    zeros = bytes.length - end
    yield { bytes: bytes.subarray(0, end), startsFrame }
  }
  if (zeros < least) yield* blocksOf(zeros)
}

function endOfData(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return end
}

function* blocksOf(zeros: number): Generator<Piece> {
  for (let left = zeros; left > 0; left -= BLOCK.length) yield { bytes: BLOCK.subarray(0, left), startsFrame: false }
}
