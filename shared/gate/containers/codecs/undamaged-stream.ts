import type { ByteStream } from '../../io/byte-stream.ts'
import { DamagedData } from '../../io/damaged-data.ts'
import { GateProblem } from '../../problem.ts'

/** Turns what a decoder of ours says of damaged data into a problem of the content. */
export class UndamagedStream implements ByteStream {
  readonly #source: ByteStream
  readonly #place: string
  #failure: GateProblem | undefined
  constructor(source: ByteStream, place: string) {
    this.#source = source
    this.#place = place
  }
  async next(): Promise<Buffer | null> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await this.#source.next()
    } catch (error) {
      if (!(error instanceof DamagedData)) throw error
      this.#failure = new GateProblem('not_inspectable', this.#place, `damaged data: ${error.message}`)
      throw this.#failure
    }
  }
}
