/** Letters without their case; everything else as it is. */
const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte))

/**
 * Looks for several words at once, whatever their case (Horspool's search with one table for all): most bytes of a deck
 * are digits and blanks, over which it leaps by the length of the shortest word.
 */
export class NeedleSearch {
  readonly #needles: readonly Buffer[]
  readonly #window: number
  readonly #leap = new Uint8Array(256)
  /** The words whose last byte inside the window is the index. */
  readonly #ending: (readonly number[])[] = []

  /** In lower case. */
  constructor(needles: readonly string[]) {
    this.#needles = needles.map((needle) => Buffer.from(needle, 'latin1'))
    this.#window = Math.min(255, ...this.#needles.map(({ length }) => length))
    this.#leap.fill(this.#window)
    for (const needle of this.#needles) {
      for (let i = 0; i < this.#window; i++) this.#atMost(needle[i] as number, this.#window - 1 - i)
    }
    for (let byte = 0; byte < 256; byte++) {
      const fits = (needle: Buffer) => needle[this.#window - 1] === FOLD[byte]
      this.#ending.push(this.#needles.flatMap((needle, index) => (fits(needle) ? [index] : [])))
    }
  }

  #atMost(lower: number, leap: number): void {
    for (let byte = 0; byte < 256; byte++) {
      if (FOLD[byte] === lower) this.#leap[byte] = Math.min(this.#leap[byte] as number, leap)
    }
  }

  /** Calls back for every word that begins in [from, to), in order, until the callback says stop. */
  each(bytes: Buffer, from: number, to: number, found: (at: number, needle: number) => boolean): void {
    const leap = this.#leap
    const last = this.#window - 1
    const end = Math.min(to + last, bytes.length)
    for (let i = from + last; i < end; ) {
      const step = leap[bytes[i] as number] as number
      if (step > 0) i += step
      else {
        if (this.#candidate(bytes, i - last, found)) return
        i++
      }
    }
  }

  #candidate(bytes: Buffer, at: number, found: (at: number, needle: number) => boolean): boolean {
    for (const index of this.#ending[bytes[at + this.#window - 1] as number] as readonly number[]) {
      if (matches(bytes, at, this.#needles[index] as Buffer) && found(at, index)) return true
    }
    return false
  }
}

function matches(bytes: Buffer, at: number, needle: Buffer): boolean {
  if (at + needle.length > bytes.length) return false
  for (let i = 0; i < needle.length; i++) if (FOLD[bytes[at + i] as number] !== needle[i]) return false
  return true
}
