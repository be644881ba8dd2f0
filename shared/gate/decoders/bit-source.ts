import type { Cursor } from '../io/byte-stream.ts'
import { DamagedData } from '../io/damaged-data.ts'

const CHUNK = 256 * 1024

/**
 * Bits from a cursor, the lowest of a byte first. Taken from a chunk at a time, so that a decoder runs without waiting as long
 * as `has` says it may; beyond the end come zeros, and `overrun` tells.
 */
export class BitSource {
  readonly #cursor: Cursor
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #bits = 0
  #count = 0
  #ended = false
  /** Zero bytes read behind the end. */
  #beyond = 0

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  /** Whether this many bytes can be read without waiting. */
  has(bytes: number): boolean {
    return this.#ended || this.#bytes.length - this.#at >= bytes
  }

  async more(): Promise<void> {
    const rest = this.#bytes.subarray(this.#at)
    const chunk = await this.#cursor.next(CHUNK)
    if (chunk === null) this.#ended = true
    this.#bytes = chunk === null ? Buffer.from(rest) : Buffer.concat([rest, chunk])
    this.#at = 0
  }

  /** The next bits, at most 16, without taking them. */
  peek(count: number): number {
    while (this.#count < count) {
      if (this.#at < this.#bytes.length) this.#bits |= (this.#bytes[this.#at++] as number) << this.#count
      else this.#beyond++
      this.#count += 8
    }
    return this.#bits & ((1 << count) - 1)
  }

  drop(count: number): void {
    this.#bits >>>= count
    this.#count -= count
  }

  take(count: number): number {
    const bits = this.peek(count)
    this.drop(count)
    return bits
  }

  toByte(): void {
    this.drop(this.#count & 7)
  }

  /** Whole bytes straight from the chunk, behind those that are in the bits already; call at a byte's border. */
  bytes(most: number): Buffer {
    const held = this.#count >> 3
    if (held > 0) return Buffer.from([this.take(8)])
    const bytes = this.#bytes.subarray(this.#at, this.#at + most)
    this.#at += bytes.length
    return bytes
  }

  /** Throws if more was read than there is. */
  checkEnd(): void {
    if (this.#beyond * 8 > this.#count) throw new DamagedData('the end is missing')
  }

  /** Gives whole bytes that were not needed back to the cursor. */
  release(): void {
    this.toByte()
    this.#at -= (this.#count >> 3) - this.#beyond
    this.#cursor.unread(Buffer.from(this.#bytes.subarray(this.#at)))
  }
}
