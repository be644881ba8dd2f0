import { KIB } from '#shared/domain/limits.ts'
import { ExecutableSniffer } from '../executables/executable-sniffer.ts'

/** What the sniffer must have in its first piece. */
const HEAD = 64 * KIB

/** Looks for an executable in one later frame, in however small pieces it comes: tools that unpack frame by frame give it as a file of its own. */
export class FrameSniffer {
  readonly #sniffer: ExecutableSniffer
  /** The beginning, until there is enough of it; null from then on. */
  #parts: Buffer[] | null = []
  #length = 0

  /** `onFound` may throw, to end the reading. */
  constructor(onFound: (kind: string) => void) {
    this.#sniffer = new ExecutableSniffer(onFound)
  }

  push(chunk: Buffer): void {
    const parts = this.#parts
    this.#length += chunk.length
    if (parts === null) this.#sniffer.push(chunk)
    else if (this.#length < HEAD) parts.push(Buffer.from(chunk))
    else this.#begin(parts.length === 0 ? chunk : Buffer.concat([...parts, chunk]))
  }

  end(): void {
    if (this.#parts !== null) this.#begin(Buffer.concat(this.#parts))
    this.#sniffer.end()
  }

  #begin(head: Buffer): void {
    this.#parts = null
    this.#sniffer.push(head)
  }
}
