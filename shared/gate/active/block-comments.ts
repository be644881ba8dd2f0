import type { Region } from './region-scanner.ts'

const OPEN = Buffer.from('/*')
const CLOSE = Buffer.from('*/')

/** Follows C comments through a stream; the regions must come in order, and the questions in the order of the bytes. */
export class BlockComments {
  #inside = false
  #bytes: Buffer = OPEN
  #at = 0

  /** A sign of two bytes may end behind its region. */
  #overhang = 0

  enter({ bytes, from }: Region): void {
    this.#bytes = bytes
    this.#at = from + this.#overhang
  }

  /** Whether the byte at `at` lies in a comment. */
  contains(at: number): boolean {
    while (this.#at < at) {
      const sign = this.#bytes.indexOf(this.#inside ? CLOSE : OPEN, this.#at)
      if (sign === -1 || sign >= at) {
        this.#at = at
        break
      }
      this.#at = sign + 2
      if (this.#inside || !opensNothing(this.#bytes, sign)) this.#inside = !this.#inside
    }
    return this.#inside
  }

  leave({ to }: Region): void {
    this.contains(to)
    this.#overhang = Math.max(0, this.#at - to)
  }
}

/** Behind `//` and in quotes a sign is text. */
function opensNothing(bytes: Buffer, at: number): boolean {
  const text = bytes.toString('latin1', Math.max(0, at - 512), at)
  const line = text.slice(text.lastIndexOf('\n') + 1)
  return isCommentedOut(line, '//') || line.split('"').length % 2 === 0
}

/** Whether a mark for a comment stands in the beginning of a line, outside of double quotes. */
export function isCommentedOut(before: string, mark: string): boolean {
  for (let at = before.indexOf(mark); at !== -1; at = before.indexOf(mark, at + 1)) {
    if (before.slice(0, at).split('"').length % 2 === 1) return true
  }
  return false
}
