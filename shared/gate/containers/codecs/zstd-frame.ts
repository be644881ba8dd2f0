import type { ByteStream, Cursor } from '../../io/byte-stream.ts'

const BLOCK_HEADER = 3
const CHECKSUM = 4
/** A block of one byte many times is stored as that byte. */
const RUN = 1

/** Bytes of a frame header, from its fifth (RFC 8878, 3.1.1.1). */
export function zstdHeaderBytes(flags: number): number {
  const isSingle = (flags & 0x20) !== 0
  const sizeBytes = flags >> 6 === 0 ? (isSingle ? 1 : 0) : 2 ** (flags >> 6)
  return 5 + (isSingle ? 0 : 1) + ([0, 1, 2, 4][flags & 3] as number) + sizeBytes
}

/** Follows one frame by the lengths of its blocks (RFC 8878, 3.1.1.2), so that its end is known before it is decoded. */
export class ZstdFrameEnd {
  readonly #hasChecksum: boolean
  /** Up to the next block header, or to the end. */
  #left: number
  #isLast = false
  #header = 0
  #headerBytes = 0

  constructor(flags: number) {
    this.#hasChecksum = (flags & 4) !== 0
    this.#left = zstdHeaderBytes(flags)
  }

  get isReached(): boolean {
    return this.#isLast && this.#left === 0
  }

  /** How many of the next bytes belong to the frame. */
  take(bytes: Buffer): number {
    let at = 0
    while (at < bytes.length && !this.isReached) {
      if (this.#left === 0) this.#take(bytes[at++] as number)
      else {
        const step = Math.min(this.#left, bytes.length - at)
        this.#left -= step
        at += step
      }
    }
    return at
  }

  #take(byte: number): void {
    this.#header += byte * 2 ** (8 * this.#headerBytes++)
    if (this.#headerBytes < BLOCK_HEADER) return
    this.#isLast = (this.#header & 1) !== 0
    this.#left = ((this.#header >> 1) & 3) === RUN ? 1 : this.#header >> 3
    if (this.#isLast && this.#hasChecksum) this.#left += CHECKSUM
    this.#header = 0
    this.#headerBytes = 0
  }
}

/** The bytes of one frame out of a stream of them; fewer if it is cut off. */
export class ZstdFrameBytes implements ByteStream {
  readonly #cursor: Cursor
  readonly #end: ZstdFrameEnd
  constructor(cursor: Cursor, flags: number) {
    this.#cursor = cursor
    this.#end = new ZstdFrameEnd(flags)
  }
  async next(): Promise<Buffer | null> {
    if (this.#end.isReached) return null
    const chunk = await this.#cursor.next()
    if (chunk === null) return null
    const taken = this.#end.take(chunk)
    if (taken < chunk.length) this.#cursor.unread(chunk.subarray(taken))
    return chunk.subarray(0, taken)
  }
}
