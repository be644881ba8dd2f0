/** Keeps the last bytes of what is pushed through. */
export class TailKeeper {
  readonly #kept: number
  #parts: Buffer[] = []
  #held = 0
  /** Bytes pushed so far. */
  size = 0

  constructor(bytes: number) {
    this.#kept = bytes
  }

  push(chunk: Buffer): void {
    this.size += chunk.length
    const part = Buffer.from(chunk.length > this.#kept ? chunk.subarray(chunk.length - this.#kept) : chunk)
    if (part.length === this.#kept) this.#set(part)
    else {
      this.#parts.push(part)
      this.#held += part.length
      // Merged now and then only: small chunks would otherwise be copied again and again.
      if (this.#held > 4 * this.#kept) this.#set(this.bytes)
    }
  }

  #set(bytes: Buffer): void {
    this.#parts = [bytes]
    this.#held = bytes.length
  }

  get bytes(): Buffer {
    const [only] = this.#parts
    return only !== undefined && this.#parts.length === 1 ? only : Buffer.concat(this.#parts).subarray(-this.#kept)
  }
}
