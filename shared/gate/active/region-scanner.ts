/** A stretch of the stream: every byte lies in exactly one, with room around it to look at. */
export type Region = {
  readonly bytes: Buffer
  readonly from: number
  readonly to: number
  /** Where `from` lies in the content. */
  readonly position: number
}

/** Room in front of and behind a place that may be looked at: a long line, or a few lines. */
export const BEHIND = 1024
export const AHEAD = 4096
const EDGE = BEHIND + AHEAD

/**
 * Cuts a stream of chunks into regions that follow one another without a gap. Only the seams are copied; the visitor sees
 * the chunks themselves, so that a search costs one pass over memory that was just read.
 */
export class RegionScanner {
  readonly #visit: (region: Region) => void
  #held: Buffer = Buffer.alloc(0)
  /** First byte of `held` that no region had yet. */
  #open = 0
  #position = 0

  constructor(visit: (region: Region) => void) {
    this.#visit = visit
  }

  push(chunk: Buffer): void {
    if (chunk.length <= 2 * EDGE) this.#append(chunk)
    else this.#large(chunk)
  }

  #large(chunk: Buffer): void {
    const joint = Buffer.concat([this.#held, chunk.subarray(0, EDGE)])
    this.#region(joint, this.#open, this.#held.length + BEHIND)
    this.#region(chunk, BEHIND, chunk.length - AHEAD)
    this.#hold(chunk, chunk.length - AHEAD)
  }

  #append(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#held, chunk])
    const to = Math.max(this.#open, bytes.length - AHEAD)
    this.#region(bytes, this.#open, to)
    this.#hold(bytes, to)
  }

  #region(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.#visit({ bytes, from, to, position: this.#position })
    this.#position += to - from
  }

  /** The next chunk may come in the same memory: what is kept is a copy. */
  #hold(bytes: Buffer, open: number): void {
    const start = Math.max(0, open - BEHIND)
    this.#held = Buffer.from(bytes.subarray(start))
    this.#open = open - start
  }

  /** Instead of all the others, for content that lies in one buffer: nothing is copied. */
  whole(bytes: Buffer): void {
    this.#region(bytes, 0, bytes.length)
  }

  end(): void {
    this.#region(this.#held, this.#open, this.#held.length)
    this.#open = this.#held.length
  }
}
