import { randomBytes } from 'node:crypto'
import { type ByteStream, Cursor } from '../../io/byte-stream.ts'
import type { Corner } from '../corner.ts'
import type { Pieces } from './frame-pieces.ts'
import { UnmarkedStream } from './unmarked-stream.ts'

/**
 * bsdcat is made for people: it stops without a word where a format ends and other bytes begin, hands on what it does not
 * know, and goes on decoding as long as the result looks like something it can decode, packages and mail attachments included.
 * So the content goes in between frames of our own, of the same format:
 *
 *   one frame holding FF, a frame of the content, the mark, its next frame, the mark, …, its last frame, the mark
 *
 * The mark is 40 frames each holding FE or FF as lots were drawn for this stream. The FF in front makes the result look like
 * nothing; that the mark comes out last proves that every byte of the content was taken for the format and decoded; and the
 * marks between show where the frames begin, which some tools unpack as files of their own.
 */
export type MarkerFrames = { readonly fe: Buffer; readonly ff: Buffer; readonly pieces: Pieces }

export type MarkedDeps = {
  /** Asked before each frame; may throw where budgets are spent. */
  admitFrame(): void
  /** For what stands in a skippable frame. */
  corner(): Corner
}

const LOTS = 40

export class Marked {
  readonly #frames: MarkerFrames
  readonly #mark = Buffer.from(Array.from(randomBytes(LOTS), (byte) => 0xfe | (byte & 1)))
  readonly #place: string
  readonly #deps: MarkedDeps
  /** Bytes of the content that the decoder was given. */
  given = 0

  constructor(frames: MarkerFrames, place: string, deps: MarkedDeps) {
    this.#frames = frames
    this.#place = place
    this.#deps = deps
  }

  /** What the decoder gets. */
  async *#marked(content: ByteStream): AsyncGenerator<Buffer> {
    const { fe, ff, pieces } = this.#frames
    const mark = Buffer.concat(Array.from(this.#mark, (byte) => (byte === 0xfe ? fe : ff)))
    yield ff
    let frames = 0
    let corner: Corner | null = null
    for await (const { bytes, startsFrame, isSkipped } of pieces(new Cursor(content))) {
      if (isSkipped === true) {
        corner ??= this.#deps.corner()
        corner.push(bytes)
      } else if (corner !== null) {
        await corner.end()
        corner = null
      }
      if (startsFrame) this.#deps.admitFrame()
      if (startsFrame && ++frames > 1) yield mark
      this.given += bytes.length
      yield bytes
    }
    await corner?.end()
    yield mark
  }

  input(content: ByteStream): ByteStream {
    const chunks = this.#marked(content)
    return { next: async () => (await chunks.next()).value ?? null }
  }

  /** `onFrame` is shown the beginning of every frame behind the first. */
  output(decoded: ByteStream, onFrame: (start: Buffer) => void): ByteStream {
    return new UnmarkedStream(decoded, { mark: this.#mark, place: this.#place, onFrame })
  }
}
