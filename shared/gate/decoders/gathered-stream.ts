import { KIB } from '#shared/domain/limits.ts'
import type { ByteStream } from '../io/byte-stream.ts'

const CHUNK = 256 * KIB

/**
 * A pipe gives 64 KiB at most; everything behind it works by the chunk, so four are put together. Two buffers in turn: what was
 * returned last stays as it is while the next chunk is gathered.
 */
export class GatheredStream implements ByteStream {
  readonly #source: AsyncIterator<Buffer>
  #buffer: Buffer | null = null
  #other: Buffer | null = null
  #rest: Buffer | null = null
  #ended = false

  constructor(source: AsyncIterator<Buffer>) {
    this.#source = source
  }

  async next(): Promise<Buffer | null> {
    const first = this.#rest ?? (await this.#read())
    this.#rest = null
    if (first === null) return null
    const target = this.#turn()
    let length = first.copy(target)
    while (length < CHUNK) {
      const more = await this.#read()
      if (more === null) break
      const taken = more.copy(target, length)
      length += taken
      if (taken < more.length) this.#rest = more.subarray(taken)
    }
    return target.subarray(0, length)
  }

  async #read(): Promise<Buffer | null> {
    if (this.#ended) return null
    const { value, done } = await this.#source.next()
    this.#ended = done === true
    return done === true ? null : value
  }

  #turn(): Buffer {
    const target = this.#other ?? Buffer.allocUnsafe(CHUNK)
    this.#other = this.#buffer
    this.#buffer = target
    return target
  }
}
