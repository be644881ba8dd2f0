import type { InflateRaw, ZstdDecompress } from 'node:zlib'
import { MIB } from '#shared/domain/limits.ts'
import type { ByteStream } from './byte-stream.ts'
import { asDamage } from './damaged-data.ts'
import { giveBack } from './give-back.ts'

/** What a decoder gives at once. Each chunk goes from one thread to another: with a quarter of this it takes half as long again. */
export const ENGINE_CHUNK = MIB

/** One of Node's decoders between a source and whoever reads; `onRest` gets what the source gave behind the end of the data. */
export class EngineStream implements ByteStream {
  readonly #source: ByteStream
  readonly #engine: InflateRaw | ZstdDecompress
  readonly #onRest: (rest: Buffer) => void
  readonly #output: AsyncIterator<Buffer>
  readonly #feeding: Promise<void>
  #given: Buffer | null = null
  #closed = false
  #failure: unknown

  constructor(engine: InflateRaw | ZstdDecompress, source: ByteStream, onRest: (rest: Buffer) => void) {
    this.#engine = engine
    this.#source = source
    this.#onRest = onRest
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
        // The engine takes all it is given until its data have ended.
        if (left > 0) return this.#onRest(chunk.subarray(chunk.length - left))
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
