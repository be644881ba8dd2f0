import type { Inspection } from '../inspection.ts'
import { type ByteStream, TappedStream } from '../io/byte-stream.ts'

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

/** Bytes of a slow decoder: they count against a budget of their own as well, `weight` times where it is slower still. */
export const countSlowly = (stream: ByteStream, inspection: Inspection, place: string, weight = 1): ByteStream =>
  new TappedStream(stream, { push: (chunk) => inspection.expandSlowly(chunk.length, place, weight) })
