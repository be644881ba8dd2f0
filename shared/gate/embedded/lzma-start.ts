/** Where the first byte of code stands, which is zero, and where the rest begins. */
const CODE = 14
const ONE_HALF = 1024
const [STATES, POSITIONS] = [12, 16]

/** Reads bits by their probabilities; behind the end of its bytes there are zeros, and `isOver`. */
class RangeDecoder {
  readonly #bytes: Buffer
  #at: number
  #range = 0xffffffff
  #code: number
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#code = bytes.readUInt32BE(at)
    this.#at = at + 4
  }
  get isOver(): boolean {
    return this.#at > this.#bytes.length
  }
  #fill(): void {
    if (this.#range >= 2 ** 24) return
    this.#range = (this.#range << 8) >>> 0
    this.#code = ((this.#code << 8) | (this.#bytes[this.#at++] ?? 0)) >>> 0
  }
  bit(probabilities: Uint16Array, at: number): number {
    this.#fill()
    const odds = probabilities[at] as number
    const bound = (this.#range >>> 11) * odds
    if (this.#code < bound) {
      this.#range = bound
      probabilities[at] = odds + ((2048 - odds) >> 5)
      return 0
    }
    this.#range -= bound
    this.#code -= bound
    probabilities[at] = odds - (odds >> 5)
    return 1
  }
  direct(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) {
      this.#fill()
      this.#range >>>= 1
      const bit = this.#code >= this.#range ? 1 : 0
      if (bit === 1) this.#code -= this.#range
      value = value * 2 + bit
    }
    return value
  }
  tree(probabilities: Uint16Array, from: number, bits: number): number {
    let node = 1
    for (let i = 0; i < bits; i++) node = 2 * node + this.bit(probabilities, from + node)
    return node - 2 ** bits
  }
  reverse(probabilities: Uint16Array, from: number, bits: number): number {
    let [node, value] = [1, 0]
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(probabilities, from + node)
      node = 2 * node + bit
      value |= bit << i
    }
    return value
  }
}

const odds = (count: number): Uint16Array => new Uint16Array(count).fill(ONE_HALF)

class Lengths {
  readonly #choice = odds(2)
  readonly #low = odds(POSITIONS * 8)
  readonly #mid = odds(POSITIONS * 8)
  readonly #high = odds(256)
  read(code: RangeDecoder, position: number): number {
    if (code.bit(this.#choice, 0) === 0) return 2 + code.tree(this.#low, position * 8, 3)
    if (code.bit(this.#choice, 1) === 0) return 10 + code.tree(this.#mid, position * 8, 3)
    return 18 + code.tree(this.#high, 0, 8)
  }
}

/** As the LZMA specification tells: its magic is so weak that a process for each file that may be one costs too much. */
class LzmaStart {
  readonly #code: RangeDecoder
  readonly #out: Buffer
  readonly #properties: { readonly lc: number; readonly lp: number; readonly pb: number }
  /** By their contexts; made where needed, because properties that nobody takes have thousands. */
  readonly #literals = new Map<number, Uint16Array>()
  readonly #isMatch = odds(STATES * POSITIONS)
  readonly #isRepeat = odds(STATES * 3)
  readonly #isFirst = odds(STATES)
  readonly #isLong = odds(STATES * POSITIONS)
  readonly #lengths = new Lengths()
  readonly #repeatLengths = new Lengths()
  readonly #slots = odds(4 * 64)
  readonly #special = odds(128)
  readonly #align = odds(16)
  #length = 0
  #state = 0
  #distances = [0, 0, 0, 0]

  constructor(bytes: Buffer, most: number) {
    const first = bytes[0] as number
    this.#properties = { lc: first % 9, lp: Math.floor(first / 9) % 5, pb: Math.floor(first / 45) }
    this.#out = Buffer.alloc(most)
    this.#code = new RangeDecoder(bytes, CODE)
  }

  read(): Buffer {
    while (this.#length < this.#out.length && !this.#code.isOver && this.#next());
    return this.#out.subarray(0, this.#length)
  }

  /** One literal or match; false where there is none. */
  #next(): boolean {
    const position = this.#length & (2 ** this.#properties.pb - 1)
    const at = this.#state * POSITIONS + position
    if (this.#code.bit(this.#isMatch, at) === 0) {
      this.#literal()
      return true
    }
    const length = this.#code.bit(this.#isFirst, this.#state) === 0 ? this.#match(position) : this.#repeat(at, position)
    return this.#copy(length)
  }

  #literal(): void {
    const { lc, lp } = this.#properties
    const before = this.#length === 0 ? 0 : (this.#out[this.#length - 1] as number)
    const context = ((this.#length & (2 ** lp - 1)) << lc) + (before >> (8 - lc))
    const literals = this.#literals.get(context) ?? odds(0x300)
    this.#literals.set(context, literals)
    let node = 1
    if (this.#state >= 7) {
      let other = this.#out[this.#length - 1 - (this.#distances[0] as number)] as number
      while (node < 256) {
        const wanted = (other >> 7) & 1
        other <<= 1
        const bit = this.#code.bit(literals, ((1 + wanted) << 8) + node)
        node = 2 * node + bit
        if (bit !== wanted) break
      }
    }
    while (node < 256) node = 2 * node + this.#code.bit(literals, node)
    this.#out[this.#length++] = node & 255
    this.#state = this.#state < 4 ? 0 : this.#state - (this.#state < 10 ? 3 : 6)
  }

  #match(position: number): number {
    const length = this.#lengths.read(this.#code, position)
    const slot = this.#code.tree(this.#slots, Math.min(length - 2, 3) * 64, 6)
    this.#distances = [this.#distance(slot), ...this.#distances.slice(0, 3)]
    this.#state = this.#state < 7 ? 7 : 10
    return length
  }

  #distance(slot: number): number {
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) * 2 ** bits
    if (slot < 14) return base + this.#code.reverse(this.#special, base - slot, bits)
    return base + this.#code.direct(bits - 4) * 16 + this.#code.reverse(this.#align, 0, 4)
  }

  #repeat(at: number, position: number): number {
    const [code, state] = [this.#code, this.#state]
    if (code.bit(this.#isRepeat, state) === 0) {
      if (code.bit(this.#isLong, at) === 0) {
        this.#state = state < 7 ? 9 : 11
        return 1
      }
    } else {
      const which =
        code.bit(this.#isRepeat, STATES + state) === 0 ? 1 : 2 + code.bit(this.#isRepeat, 2 * STATES + state)
      this.#distances = [this.#distances[which] as number, ...this.#distances.filter((_, i) => i !== which)]
    }
    this.#state = state < 7 ? 8 : 11
    return this.#repeatLengths.read(code, position)
  }

  #copy(length: number): boolean {
    const back = (this.#distances[0] as number) + 1
    if (back > this.#length) return false
    const end = Math.min(this.#out.length, this.#length + length)
    for (; this.#length < end; this.#length++) this.#out[this.#length] = this.#out[this.#length - back] as number
    return true
  }
}

/** The first bytes, at most `most`, of what may be an .lzma file of at least its header; what is none gives few or none. */
export const lzmaBeginning = (bytes: Buffer, most: number): Buffer =>
  bytes.length < CODE + 4 ? Buffer.alloc(0) : new LzmaStart(bytes, most).read()
