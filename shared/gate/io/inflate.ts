import { createInflateRaw, inflateRawSync } from 'node:zlib'
import { KIB } from '#shared/domain/limits.ts'
import type { ByteStream, Cursor } from './byte-stream.ts'
import { giveBack } from './give-back.ts'

/** zlib's own words about data that is no deflate stream or ends too early; anything else it throws is our fault. */
const DATA_ERRORS = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT'])

export class DamagedData extends Error {}

const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined)

function asDamage(error: unknown): unknown {
  return error instanceof Error && DATA_ERRORS.has(String(codeOf(error)))
    ? new DamagedData(error.message, { cause: error })
    : error
}

/** Inflates one raw deflate stream from a cursor, which afterwards stands right behind it. 256 KiB chunks are the fastest. */
export class InflateStream implements ByteStream {
  readonly #source: Cursor
  readonly #engine = createInflateRaw({ chunkSize: 256 * KIB })
  readonly #output: AsyncIterator<Buffer>
  readonly #feeding: Promise<void>
  #given: Buffer | null = null
  #closed = false
  #failure: unknown

  constructor(source: Cursor) {
    this.#source = source
    this.#output = this.#engine[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    // Errors are told by next(); before its first call nobody else listens.
    this.#engine.on('error', () => undefined)
    this.#feeding = this.#feed()
  }

  async #feed(): Promise<void> {
    let given = 0
    try {
      for (let chunk = await this.#source.next(); chunk !== null; chunk = await this.#source.next()) {
        if (this.#closed) return
        given += chunk.length
        await this.#write(chunk)
        if (this.#closed || this.#engine.errored !== null) return
        const left = given - this.#engine.bytesWritten
        // The engine takes all it is given until the deflate stream has ended.
        if (left > 0) return this.#source.unread(chunk.subarray(chunk.length - left))
      }
      this.#engine.end()
    } catch (error) {
      this.#engine.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Also settles when the engine goes: after an error, or when the end was read, zlib may never call back. */
  #write(chunk: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#engine.once('close', resolve)
      this.#engine.write(chunk, () => {
        this.#engine.off('close', resolve)
        resolve()
      })
    })
  }

  async next(): Promise<Buffer | null> {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#given !== null) giveBack(this.#given)
    this.#given = null
    try {
      const { value, done } = await this.#output.next()
      if (done !== true) {
        this.#given = value
        return value
      }
      await this.#feeding
      return null
    } catch (error) {
      this.#failure = asDamage(error)
      throw this.#failure
    }
  }

  /** Lets go of engine and source; must be called however the reading ended. */
  async close(): Promise<void> {
    this.#closed = true
    this.#engine.destroy()
    await this.#feeding
  }
}

export class TooMuchData extends Error {}

/**
 * Inflates a small stream that lies in one buffer: 9 times faster than a stream for a member of a few kB.
 * Throws {@link DamagedData}, or {@link TooMuchData} beyond `maxLength`.
 */
export function inflateSmall(bytes: Buffer, maxLength: number): { data: Buffer; consumed: number } {
  try {
    // `info` is not in the type of the overload, but in the documentation since Node 9.
    // One chunk for all of it, so that nothing is put together afterwards.
    const options = { maxOutputLength: Math.max(1, maxLength), chunkSize: Math.max(64, maxLength + 1), info: true }
    const result = inflateRawSync(bytes, options) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    if (result.buffer.length > maxLength) throw new TooMuchData('more data than expected')
    return { data: result.buffer, consumed: result.engine.bytesWritten }
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw new TooMuchData('more data than expected', { cause: error })
    throw asDamage(error)
  }
}
