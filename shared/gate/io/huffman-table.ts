const LONGEST = 15

/** A Huffman code as one look-up: index the next bits, get symbol × 16 + length; zero where there is no such code. Filled again and again. */
export class HuffmanTable {
  readonly codes = new Uint16Array(1 << LONGEST)
  /** How many bits the look-up takes. */
  bits = 1
  isSingle = false
  readonly #counts = new Uint16Array(LONGEST + 1)
  readonly #next = new Uint16Array(LONGEST + 2)

  /** Takes canonical code lengths (RFC 1951, 3.2.2) from a part of an array; false if they are no whole code, but for a single code of one bit. */
  fill(lengths: Uint8Array, from: number, to: number): boolean {
    const counts = this.#counts.fill(0)
    for (let i = from; i < to; i++) counts[lengths[i] as number] = (counts[lengths[i] as number] as number) + 1
    let bits = LONGEST
    while (bits > 1 && counts[bits] === 0) bits--
    this.bits = bits
    let left = 1
    for (let length = 1; length <= bits; length++) {
      left = left * 2 - (counts[length] as number)
      if (left < 0) return false
    }
    this.isSingle = bits === 1 && counts[1] === 1
    if (left > 0 && !this.isSingle) return false
    if (this.isSingle) this.codes.fill(0, 0, 2)
    this.#write(lengths, from, to)
    return true
  }

  #write(lengths: Uint8Array, from: number, to: number): void {
    const [codes, next, counts] = [this.codes, this.#next, this.#counts]
    next[1] = 0
    for (let length = 1; length <= this.bits; length++) {
      next[length + 1] = ((next[length] as number) + (counts[length] as number)) << 1
    }
    const end = 1 << this.bits
    for (let i = from; i < to; i++) {
      const length = lengths[i] as number
      if (length === 0) continue
      const code = next[length] as number
      next[length] = code + 1
      // Codes come with their highest bit first, the stream with its lowest.
      for (let at = reversed(code, length); at < end; at += 1 << length) codes[at] = (i - from) * 16 + length
    }
  }
}

function reversed(code: number, length: number): number {
  let out = 0
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i)
  return out
}
