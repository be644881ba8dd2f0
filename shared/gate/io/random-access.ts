import { MIB } from '#shared/domain/limits.ts'
import type { ByteStream } from './byte-stream.ts'

/** Bytes that can be read anywhere. `read` fills the target as far as the bytes go and says how far that was. */
export interface RandomAccess {
  readonly size: number
  /** Where all of it is one open file: for a decoder that must move in it. */
  readonly fd?: number
  read(target: Buffer, position: number): Promise<number>
  /** The same for bytes that are read in their turn as well: they count but once as looked at. */
  readAside?(target: Buffer, position: number): Promise<number>
}

export class BufferAccess implements RandomAccess {
  readonly #bytes: Buffer
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  get size(): number {
    return this.#bytes.length
  }
  async read(target: Buffer, position: number): Promise<number> {
    return position >= this.size ? 0 : this.#bytes.copy(target, 0, position)
  }
}

/** A part of something, e.g. a stored member: nested archives in it need no copy. */
export class SliceAccess implements RandomAccess {
  readonly #whole: RandomAccess
  readonly #start: number
  readonly size: number
  constructor(whole: RandomAccess, start: number, size: number) {
    this.#whole = whole
    this.#start = start
    this.size = size
  }
  async read(target: Buffer, position: number): Promise<number> {
    if (position >= this.size) return 0
    return this.#whole.read(target.subarray(0, this.size - position), this.#start + position)
  }
  async readAside(target: Buffer, position: number): Promise<number> {
    if (position >= this.size) return 0
    const part = target.subarray(0, this.size - position)
    return this.#whole.readAside?.(part, this.#start + position) ?? this.#whole.read(part, this.#start + position)
  }
}

/** Reads small pieces through one buffered window, so that a directory of 100,000 lines is a few hundred reads. */
export class Window {
  readonly #access: RandomAccess
  readonly #buffer: Buffer
  #start = 0
  #length = 0
  constructor(access: RandomAccess, bytes = MIB) {
    this.#access = access
    this.#buffer = Buffer.allocUnsafe(Math.min(bytes, Math.max(64, access.size)))
  }

  /** The bytes if the window holds them, without waiting. Valid until the next read. */
  held(position: number, length: number): Buffer | null {
    const at = position - this.#start
    return at >= 0 && at + length <= this.#length ? this.#buffer.subarray(at, at + length) : null
  }

  /** `length` bytes at `position` (at most the window's size); fewer only at the end. Valid until the next call. */
  async read(position: number, length: number): Promise<Buffer> {
    const held = this.held(position, length)
    if (held !== null) return held
    if (length > this.#buffer.length) return this.#beyond(position, length)
    this.#start = position
    this.#length = 0
    this.#length = await this.#access.read(this.#buffer, position)
    return this.#buffer.subarray(0, Math.min(length, this.#length))
  }

  async #beyond(position: number, length: number): Promise<Buffer> {
    const target = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.#access.size - position)))
    return target.subarray(0, await this.#access.read(target, position))
  }
}

/** A range as a stream of chunks in one reused buffer. */
export class RangeStream implements ByteStream {
  readonly #access: RandomAccess
  readonly #end: number
  readonly #chunk: number
  #buffer: Buffer | null = null
  #position: number
  constructor(access: RandomAccess, start = 0, end = access.size, chunk = MIB) {
    this.#access = access
    this.#position = start
    this.#end = Math.min(end, access.size)
    this.#chunk = chunk
  }
  async next(): Promise<Buffer | null> {
    const length = Math.min(this.#chunk, this.#end - this.#position)
    if (length <= 0) return null
    this.#buffer ??= Buffer.allocUnsafe(length)
    const bytes = this.#buffer.subarray(0, length)
    const read = await this.#access.read(bytes, this.#position)
    this.#position += read
    return read === 0 ? null : bytes.subarray(0, read)
  }
}
