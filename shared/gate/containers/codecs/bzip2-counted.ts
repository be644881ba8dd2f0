import { MIB } from '#shared/domain/limits.ts'
import type { Inspection } from '../../inspection.ts'
import type { ByteStream } from '../../io/byte-stream.ts'
import type { RandomAccess } from '../../io/random-access.ts'
import { forecastBzip2, type Progress } from './bzip2-forecast.ts'

/** bzip2 gives as little as 25 MB/s of text that repeats itself, which it packs to a four-hundredth: 288 MiB are what fits into a verdict's time. */
export const BZIP2_WEIGHT = 8

/** A forecast rests on what came out last: on at least so much, where there is as much. */
const RECENT = 128 * MIB

export type Counted = {
  readonly inspection: Inspection
  readonly place: string
  /** Compressed bytes the decoder was given so far. */
  given(): number
}

/**
 * What comes out of bzip2, counted by its slowness. When that has used up what is free, the rest is looked at: a bomb of
 * 10 MB would keep its verdict waiting for a minute until it is 250 times its size. Again whenever twice as much has come out,
 * because a forecast is the surer the more it rests on.
 */
export class Bzip2Counted implements ByteStream {
  readonly #source: ByteStream
  readonly #access: RandomAccess | null
  readonly #counted: Counted
  #decoded = 0
  /** As far as it was counted. */
  #given = 0
  #nextLook = 0
  #since: Progress = { given: 0, decoded: 0 }
  #latest = this.#since

  constructor(source: ByteStream, access: RandomAccess | null, counted: Counted) {
    this.#source = source
    this.#access = access
    this.#counted = counted
  }

  async next(): Promise<Buffer | null> {
    const { inspection, place } = this.#counted
    const chunk = await this.#source.next()
    if (chunk === null) return null
    this.#decoded += chunk.length
    inspection.expandSlowly(chunk.length, place, BZIP2_WEIGHT)
    if (this.#access === null) this.#countUnforeseen(chunk.length)
    this.#remember()
    if (this.#decoded >= this.#nextLook && inspection.isSlowFreeUsed) await this.#lookAhead()
    return chunk
  }

  #countUnforeseen(decoded: number): void {
    const { inspection, place, given } = this.#counted
    const all = given()
    const before = this.#given
    this.#given = all
    inspection.expandUnforeseen(all - before, decoded, place)
  }

  #remember(): void {
    if (this.#decoded - this.#latest.decoded < RECENT) return
    this.#since = this.#latest
    this.#latest = { given: this.#counted.given(), decoded: this.#decoded }
  }

  async #lookAhead(): Promise<void> {
    this.#nextLook = 2 * this.#decoded
    const { inspection, place, given } = this.#counted
    if (this.#access === null) return
    const rest = await forecastBzip2(this.#access, { given: given(), decoded: this.#decoded }, this.#since)
    inspection.forecastSlowly(Math.floor(rest), place, BZIP2_WEIGHT)
  }
}
