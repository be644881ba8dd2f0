import type { Inspection } from '../inspection.ts'
import type { ByteStream } from '../io/byte-stream.ts'

/** Decoded bytes, each counted against the budget of the whole scan. */
export class CountedStream implements ByteStream {
  readonly #source: ByteStream
  readonly #inspection: Inspection
  readonly #place: string
  constructor(source: ByteStream, inspection: Inspection, place: string) {
    this.#source = source
    this.#inspection = inspection
    this.#place = place
  }
  async next(): Promise<Buffer | null> {
    const chunk = await this.#source.next()
    if (chunk !== null) this.#inspection.expand(chunk.length, this.#place)
    return chunk
  }
}
