import type { Readable } from 'node:stream'
import { KIB } from '#shared/domain/limits.ts'
import type { ByteStream } from '../io/byte-stream.ts'
import { giveBack } from '../io/give-back.ts'

const CHUNK = 256 * KIB

/**
 * A pipe gives 64 KiB at most; everything behind it works by the chunk, so four are put together. Two buffers in turn: one is
 * filled while what was returned last stays as it is.
 */
export class GatheredStream implements ByteStream {
  readonly #source: Readable
  #filling = Buffer.allocUnsafe(CHUNK)
  #given = Buffer.allocUnsafe(CHUNK)
  #length = 0
  /** What found no room any more, from where on. */
  #waiting: { readonly chunk: Buffer; readonly from: number } | null = null
  #ended = false
  #failure: Error | undefined
  #wake: () => void = () => undefined

  constructor(source: Readable) {
    this.#source = source
    source.on('data', (chunk: Buffer) => this.#take(chunk))
    source.once('error', (error) => {
      this.#failure = error
      this.#wake()
    })
    source.once('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  #take(chunk: Buffer, from = 0): void {
    const taken = chunk.copy(this.#filling, this.#length, from)
    this.#length += taken
    if (from + taken === chunk.length) giveBack(chunk)
    else this.#waiting = { chunk, from: from + taken }
    if (this.#length < CHUNK) return
    this.#source.pause()
    this.#wake()
  }

  async next(): Promise<Buffer | null> {
    while (this.#length < CHUNK && !this.#ended && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure !== undefined) throw this.#failure
    return this.#length === 0 ? null : this.#turn()
  }

  #turn(): Buffer {
    const chunk = this.#filling.subarray(0, this.#length)
    const free = this.#given
    this.#given = this.#filling
    this.#filling = free
    this.#length = 0
    const waiting = this.#waiting
    this.#waiting = null
    if (waiting !== null) this.#take(waiting.chunk, waiting.from)
    if (this.#length < CHUNK) this.#source.resume()
    return chunk
  }
}
