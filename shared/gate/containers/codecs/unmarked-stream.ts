import { KIB } from '#shared/domain/limits.ts'
import type { ByteStream } from '../../io/byte-stream.ts'
import { GateProblem } from '../../problem.ts'

/** What the decoder makes of the first byte of ours. */
const LEAD = 0xff
/** Of a frame, before it is shown: an executable is one by its head. */
const SHOWN = 64 * KIB

export type Marks = {
  readonly mark: Buffer
  readonly place: string
  readonly onFrame: (start: Buffer) => void
}

/** Takes the marks out again. Something is always held back, because a mark may be at its end. */
export class UnmarkedStream implements ByteStream {
  readonly #source: ByteStream
  readonly #marks: Marks
  #held: Buffer = Buffer.alloc(0)
  #kept: Buffer = Buffer.alloc(0)
  #begun = false
  #ended = false
  /** Behind a mark, and nothing of the frame has been given out. */
  #atFrame = false
  #failure: unknown

  constructor(source: ByteStream, marks: Marks) {
    this.#source = source
    this.#marks = marks
  }

  async next(): Promise<Buffer | null> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await this.#next()
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  async #next(): Promise<Buffer | null> {
    for (;;) {
      const ready = this.#upToMark() ?? (this.#ended ? this.#last() : await this.#more())
      if (ready === null) return null
      if (ready.length > 0) return ready
    }
  }

  /** What stands in front of the next mark; null if there is no mark in what is held. */
  #upToMark(): Buffer | null {
    const { mark } = this.#marks
    const at = this.#held.indexOf(mark)
    if (at === -1) return null
    const before = this.#held.subarray(0, at)
    if (before.length > 0) this.#show(before)
    this.#held = this.#held.subarray(at + mark.length)
    this.#atFrame = true
    return before
  }

  #show(start: Buffer): void {
    if (this.#atFrame) this.#marks.onFrame(start)
    this.#atFrame = false
  }

  /** Reads on; gives out what was held if no mark can reach into it. */
  async #more(): Promise<Buffer> {
    // The source may reuse the memory of what it gave last.
    const held = this.#keep(this.#held)
    const chunk = await this.#source.next()
    if (chunk === null) {
      this.#held = held
      this.#ended = true
      return NOTHING
    }
    if (!this.#begun) this.#held = this.#withoutLead(chunk)
    else if (held.length === 0) this.#held = chunk
    else if (this.#mustJoin(held, chunk)) this.#held = Buffer.concat([held, chunk])
    else {
      this.#show(held)
      this.#held = chunk
      return held
    }
    return NOTHING
  }

  #keep(bytes: Buffer): Buffer {
    if (bytes.length > this.#kept.length) this.#kept = Buffer.allocUnsafe(bytes.length)
    return this.#kept.subarray(0, bytes.copy(this.#kept))
  }

  #withoutLead(chunk: Buffer): Buffer {
    this.#begun = true
    if (chunk[0] === LEAD) return chunk.subarray(1)
    throw new GateProblem('not_inspectable', this.#marks.place, 'its decoder does not know it')
  }

  /** A mark across the two, a chunk too short to end one, or a frame of which too little is there to be shown. */
  #mustJoin(held: Buffer, chunk: Buffer): boolean {
    const reach = this.#marks.mark.length - 1
    if (chunk.length < reach || (this.#atFrame && held.length < SHOWN)) return true
    return Buffer.concat([held.subarray(-reach), chunk.subarray(0, reach)]).includes(this.#marks.mark)
  }

  #last(): Buffer | null {
    if (this.#atFrame && this.#held.length === 0) return null
    throw new GateProblem('ambiguous_archive', this.#marks.place, 'bytes behind the end of the compressed data')
  }
}

const NOTHING = Buffer.alloc(0)
