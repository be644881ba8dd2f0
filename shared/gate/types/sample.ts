import { headText, isText } from './text.ts'

const TEXT_HEAD = 64 * 1024

/** The beginning of some content, and what probes ask of it; the text is made once, when the first probe wants it. */
export class Sample {
  readonly head: Buffer
  /** Of the whole content; null while a stream has not ended. */
  readonly size: number | null
  readonly isText: boolean
  #text: string | undefined
  #mayHoldTags: boolean | undefined

  constructor(head: Buffer, size: number | null) {
    this.head = head
    this.size = size
    this.isText = isText(head)
  }

  /** At most 64 KiB. */
  get text(): string {
    this.#text ??= headText(this.head, TEXT_HEAD)
    return this.#text
  }

  /** Whether there is a "<" at all, which most text has none of. */
  get mayHoldTags(): boolean {
    this.#mayHoldTags ??= this.text.includes('<')
    return this.#mayHoldTags
  }

  startsWith(bytes: Buffer, at = 0): boolean {
    // Most probes fail at the first byte, and a comparison of buffers costs far more than that.
    if (this.head[at] !== bytes[0] || this.head.length < at + bytes.length) return false
    return this.head.compare(bytes, 0, bytes.length, at, at + bytes.length) === 0
  }
}
