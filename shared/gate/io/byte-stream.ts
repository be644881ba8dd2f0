const EMPTY = Buffer.alloc(0)

/** Bytes that come once, in order. A chunk is valid until the next call; a stream that has failed fails again. */
export interface ByteStream {
  next(): Promise<Buffer | null>
  /**
   * The same where nothing has to be waited for: a promise costs more than the bytes of a small member. Undefined, and nothing
   * has happened, where it would have to wait. Chunks given before stay valid.
   */
  nextNow?(): Buffer | null | undefined
}

/** Reads a stream with a look ahead; itself a stream of what has not been taken yet. */
export class Cursor implements ByteStream {
  readonly #source: ByteStream
  #chunk: Buffer = EMPTY
  #ended = false
  /** Bytes taken so far. */
  position = 0

  constructor(source: ByteStream) {
    this.#source = source
  }

  /** Up to `length` bytes without taking them; fewer only at the end. Valid until the next call. */
  async peek(length: number): Promise<Buffer> {
    if (this.#chunk.length < length && !this.#ended) await this.#gather(length)
    return this.#chunk.subarray(0, length)
  }

  async #gather(length: number): Promise<void> {
    // Sources reuse their buffers: what is kept across a call of next() must be a copy.
    const parts: Buffer[] = [Buffer.from(this.#chunk)]
    let total = this.#chunk.length
    while (total < length) {
      const chunk = await this.#source.next()
      if (chunk === null) {
        this.#ended = true
        break
      }
      total += chunk.length
      parts.push(total < length ? Buffer.from(chunk) : chunk)
    }
    this.#chunk = parts[0]?.length === 0 && parts.length === 2 ? (parts[1] as Buffer) : Buffer.concat(parts)
  }

  /** The same as peek where nothing has to be waited for; else undefined. */
  peekNow(length: number): Buffer | undefined {
    while (this.#chunk.length < length && !this.#ended) {
      const chunk = this.#source.nextNow?.()
      if (chunk === undefined) return undefined
      if (chunk === null) this.#ended = true
      else this.#chunk = this.#chunk.length === 0 ? chunk : Buffer.concat([this.#chunk, chunk])
    }
    return this.#chunk.length > length ? this.#chunk.subarray(0, length) : this.#chunk
  }

  /** Takes `length` bytes; fewer only at the end. */
  async take(length: number): Promise<Buffer> {
    const bytes = await this.peek(length)
    this.#consume(bytes.length)
    return bytes
  }

  /** The next bytes as they come, at most `max`. */
  async next(max = Number.POSITIVE_INFINITY): Promise<Buffer | null> {
    while (this.#chunk.length === 0) {
      if (this.#ended) return null
      const chunk = await this.#source.next()
      if (chunk === null) this.#ended = true
      else this.#chunk = chunk
    }
    const bytes = this.#chunk.length > max ? this.#chunk.subarray(0, max) : this.#chunk
    this.#consume(bytes.length)
    return bytes
  }

  nextNow(max = Number.POSITIVE_INFINITY): Buffer | null | undefined {
    const held = this.peekNow(1)
    if (held === undefined) return undefined
    if (held.length === 0) return null
    const bytes = this.#chunk.length > max ? this.#chunk.subarray(0, max) : this.#chunk
    this.#consume(bytes.length)
    return bytes
  }

  #consume(length: number): void {
    this.#chunk = length === this.#chunk.length ? EMPTY : this.#chunk.subarray(length)
    this.position += length
  }

  /** Gives back the end of what the last next() returned. */
  unread(bytes: Buffer): void {
    this.#chunk = this.#chunk.length === 0 ? bytes : Buffer.concat([bytes, this.#chunk])
    this.position -= bytes.length
  }

  /** Takes up to `length` bytes and forgets them; returns how many there were. */
  async skip(length: number): Promise<number> {
    let left = length
    while (left > 0) {
      const bytes = await this.next(left)
      if (bytes === null) break
      left -= bytes.length
    }
    return length - left
  }

  drain(): Promise<number> {
    return this.skip(Number.POSITIVE_INFINITY)
  }

  /** Takes all there is if the source is known to hold no more; false, and nothing has happened, if it may. */
  drainNow(): boolean {
    if (this.#ended) this.#consume(this.#chunk.length)
    return this.#ended
  }
}

/** A buffer as a stream of one chunk. */
export class BufferStream implements ByteStream {
  #bytes: Buffer | null
  constructor(bytes: Buffer) {
    this.#bytes = bytes.length === 0 ? null : bytes
  }
  async next(): Promise<Buffer | null> {
    return this.nextNow()
  }
  nextNow(): Buffer | null {
    const bytes = this.#bytes
    this.#bytes = null
    return bytes
  }
}

/** The next `length` bytes of a cursor; `onShort` says what a shorter source means. */
export class LimitedStream implements ByteStream {
  readonly #source: Cursor
  readonly #onShort: (missing: number) => Error
  #left: number
  constructor(source: Cursor, length: number, onShort: (missing: number) => Error) {
    this.#source = source
    this.#left = length
    this.#onShort = onShort
  }
  async next(): Promise<Buffer | null> {
    if (this.#left === 0) return null
    const bytes = await this.#source.next(this.#left)
    if (bytes === null) throw this.#onShort(this.#left)
    this.#left -= bytes.length
    return bytes
  }
  nextNow(): Buffer | null | undefined {
    if (this.#left === 0) return null
    const bytes = this.#source.nextNow(this.#left)
    if (bytes === undefined) return undefined
    if (bytes === null) throw this.#onShort(this.#left)
    this.#left -= bytes.length
    return bytes
  }
}

export type Listener = {
  push(chunk: Buffer): void
  end?(): void
  /** Instead of both, where all there is lies in one buffer. */
  whole?(bytes: Buffer): void
}

/** Shows a listener all there is at once. */
export function showWhole(listener: Listener, bytes: Buffer): void {
  if (listener.whole !== undefined) listener.whole(bytes)
  else {
    listener.push(bytes)
    listener.end?.()
  }
}

/** Shows every chunk to listeners on its way, and the end. */
export class TappedStream implements ByteStream {
  readonly #source: ByteStream
  readonly #listeners: readonly Listener[]
  #ended = false
  constructor(source: ByteStream, ...listeners: readonly Listener[]) {
    this.#source = source
    this.#listeners = listeners
  }
  async next(): Promise<Buffer | null> {
    const chunk = await this.#source.next()
    if (chunk !== null) for (const listener of this.#listeners) listener.push(chunk)
    else if (!this.#ended) {
      this.#ended = true
      for (const listener of this.#listeners) listener.end?.()
    }
    return chunk
  }
}
