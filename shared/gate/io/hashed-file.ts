import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { MIB } from '#shared/domain/limits.ts'
import type { ByteStream } from './byte-stream.ts'
import type { RandomAccess } from './random-access.ts'

const CHUNK = 2 * MIB

/**
 * The uploaded file. Whatever is read in ascending order goes through SHA-256 on the way, so that a whole pass and a zip
 * walked in the order of its members both give the digest without reading the bytes again.
 */
export class HashedFile implements RandomAccess {
  readonly size: number
  readonly #handle: FileHandle
  readonly #onRead: (bytesRead: number) => void
  readonly #hash = createHash('sha256')
  #hashed = 0
  /** Bytes read outside the ascending pass, e.g. a zip's directory: counted until the pass comes by. */
  #ahead = 0

  constructor(handle: FileHandle, size: number, onRead: (bytesRead: number) => void) {
    this.#handle = handle
    this.size = size
    this.#onRead = onRead
  }

  get fd(): number {
    return this.#handle.fd
  }

  get bytesRead(): number {
    return Math.min(this.size, this.#hashed + this.#ahead)
  }

  /** Whether every byte has gone through the digest. */
  get isPassed(): boolean {
    return this.#hashed === this.size
  }

  async read(target: Buffer, position: number): Promise<number> {
    const done = await this.readAside(target, position)
    this.#pass(target.subarray(0, done), position)
    return done
  }

  async readAside(target: Buffer, position: number): Promise<number> {
    const wanted = Math.max(0, Math.min(target.length, this.size - position))
    let done = 0
    while (done < wanted) {
      const { bytesRead } = await this.#handle.read(target, done, wanted - done, position + done)
      // The size was taken when the last byte was durable: a shorter file is a fault of the disk, not of its content.
      if (bytesRead === 0) throw new Error(`Cannot read the file: it ends at ${position + done} of ${this.size} bytes`)
      done += bytesRead
    }
    return done
  }

  #pass(bytes: Buffer, position: number): void {
    const end = position + bytes.length
    if (position > this.#hashed) this.#ahead += bytes.length
    else if (end > this.#hashed) {
      this.#hash.update(bytes.subarray(this.#hashed - position))
      this.#hashed = end
    }
    this.#onRead(this.bytesRead)
  }

  /** SHA-256 of the whole file; reads what the pass has not seen yet. */
  async digest(): Promise<string> {
    const rest = new ReadAhead(this, this.#hashed)
    while ((await rest.next()) !== null);
    this.#ahead = 0
    return this.#hash.digest('hex')
  }
}

/** The file in order, one chunk read while the one before is worked on. */
export class ReadAhead implements ByteStream {
  readonly #file: HashedFile
  #position: number
  #pending: Promise<Buffer> | null = null
  #spare: Buffer | null = null
  #used: Buffer | null = null

  constructor(file: HashedFile, position = 0) {
    this.#file = file
    this.#position = position
  }

  async next(): Promise<Buffer | null> {
    const current = this.#pending ?? this.#start()
    if (current === null) return null
    const chunk = await current
    this.#spare = this.#used
    this.#used = chunk
    this.#pending = this.#start()
    return chunk
  }

  #start(): Promise<Buffer> | null {
    const length = Math.min(CHUNK, this.#file.size - this.#position)
    if (length <= 0) return null
    const whole = this.#spare !== null && this.#spare.length >= length ? this.#spare : Buffer.allocUnsafe(length)
    const target = whole.subarray(0, length)
    const position = this.#position
    this.#position += length
    const reading = this.#file.read(target, position).then(() => target)
    // Awaited by the next call or by settle(); without this a failure in between would count as unhandled.
    reading.catch(() => undefined)
    return reading
  }

  /** Waits for the read that is under way, so that the handle may be closed. */
  async settle(): Promise<void> {
    await this.#pending?.then(
      () => undefined,
      () => undefined,
    )
  }
}
