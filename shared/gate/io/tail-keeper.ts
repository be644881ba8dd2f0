/** Keeps the last bytes of what is pushed through, in one ring: chunks are many, and each new buffer costs more than its copy. */
export class TailKeeper {
  readonly #kept: number
  #ring: Buffer = Buffer.alloc(0)
  /** Where the next byte goes. */
  #at = 0
  /** Bytes pushed so far. */
  size = 0

  constructor(bytes: number) {
    this.#kept = bytes
  }

  push(chunk: Buffer): void {
    if (this.size === 0) this.#ring = Buffer.allocUnsafe(this.#kept)
    this.size += chunk.length
    const end = chunk.subarray(-this.#kept)
    const first = end.copy(this.#ring, this.#at)
    const second = end.copy(this.#ring, 0, first)
    this.#at = first < end.length ? second : (this.#at + first) % this.#kept
  }

  get bytes(): Buffer {
    if (this.size < this.#kept) return this.#ring.subarray(0, this.#at)
    return Buffer.concat([this.#ring.subarray(this.#at), this.#ring.subarray(0, this.#at)])
  }
}
