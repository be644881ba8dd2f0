import { CODE_LENGTH_ORDER, DISTANCE_BASE, DISTANCE_EXTRA } from '../decoders/deflate64-tables.ts'
import { HuffmanTable } from './huffman-table.ts'

/** Up to here a decoder made for each member costs zlib more than the decoding: 20 µs against 5. */
export const TINY = 4 * 1024

const END = 256
/** zlib takes no more symbols than these. */
const MOST_LITERALS = 286
const MOST_DISTANCES = 30
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const LENGTH_BASE = LENGTH_EXTRA.map((_, i) => 3 + LENGTH_EXTRA.slice(0, i).reduce((sum, bits) => sum + (1 << bits), 0))
LENGTH_BASE[28] = 258

const FIXED = Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))
const FIXED_DISTANCES = new Uint8Array(32).fill(5)

/** Ends the attempt: zlib decides then, and has the words for what is wrong. */
class GiveUp extends Error {}
const GIVE_UP = new GiveUp()

/**
 * One raw deflate stream from one buffer into one of the size it declares (RFC 1951). It takes nothing that zlib would not;
 * whatever is out of the ordinary, damaged or longer than declared, is left to zlib: null.
 */
class TinyInflate {
  readonly #literals = new HuffmanTable()
  readonly #distances = new HuffmanTable()
  readonly #lengths = new HuffmanTable()
  readonly #codeLengths = new Uint8Array(MOST_LITERALS + MOST_DISTANCES)
  #in: Buffer = Buffer.alloc(0)
  #at = 0
  #bits = 0
  #count = 0
  #out: Buffer = Buffer.alloc(0)
  #end = 0

  run(bytes: Buffer, size: number): { data: Buffer; consumed: number } | null {
    this.#in = bytes
    this.#out = Buffer.allocUnsafe(size)
    this.#at = this.#bits = this.#count = this.#end = 0
    try {
      while (!this.#block());
      const consumed = this.#at - (this.#count >> 3)
      return consumed > bytes.length || this.#end !== size ? null : { data: this.#out, consumed }
    } catch (error) {
      if (error === GIVE_UP) return null
      throw error
    }
  }

  /** At most 16 bits, without taking them; behind the end come zeros, and what was taken of them shows at the end. */
  #need(count: number): void {
    while (this.#count < count) {
      if (this.#at > this.#in.length + 4) throw GIVE_UP
      this.#bits |= (this.#in[this.#at++] ?? 0) << this.#count
      this.#count += 8
    }
  }

  #take(count: number): number {
    this.#need(count)
    const value = this.#bits & ((1 << count) - 1)
    this.#bits >>>= count
    this.#count -= count
    return value
  }

  #symbol(table: HuffmanTable): number {
    this.#need(table.bits)
    const entry = table.codes[this.#bits & ((1 << table.bits) - 1)] as number
    if (entry === 0) throw GIVE_UP
    this.#bits >>>= entry & 15
    this.#count -= entry & 15
    return entry >> 4
  }

  /** Whether it was the last. */
  #block(): boolean {
    const isLast = this.#take(1) === 1
    const type = this.#take(2)
    if (type === 0) this.#stored()
    else if (type === 3) throw GIVE_UP
    else {
      if (type === 1) this.#fixed()
      else this.#dynamic()
      this.#codes()
    }
    return isLast
  }

  #stored(): void {
    this.#take(this.#count & 7)
    const length = this.#take(16)
    if ((this.#take(16) ^ 0xffff) !== length) throw GIVE_UP
    const from = this.#at
    if (this.#count !== 0 || from + length > this.#in.length || this.#end + length > this.#out.length) throw GIVE_UP
    this.#in.copy(this.#out, this.#end, from, from + length)
    this.#at += length
    this.#end += length
  }

  #fixed(): void {
    this.#literals.fill(FIXED, 0, FIXED.length)
    this.#distances.fill(FIXED_DISTANCES, 0, FIXED_DISTANCES.length)
  }

  #dynamic(): void {
    const [literals, distances, lengths] = [this.#take(5) + 257, this.#take(5) + 1, this.#take(4) + 4]
    if (literals > MOST_LITERALS || distances > MOST_DISTANCES) throw GIVE_UP
    const all = this.#codeLengths
    all.fill(0, 0, 19)
    for (let i = 0; i < lengths; i++) all[CODE_LENGTH_ORDER[i] as number] = this.#take(3)
    if (!this.#lengths.fill(all, 0, 19) || this.#lengths.isSingle) throw GIVE_UP
    this.#readLengths(all, literals + distances)
    if (all[END] === 0 || !this.#literals.fill(all, 0, literals)) throw GIVE_UP
    if (!this.#distances.fill(all, literals, literals + distances)) throw GIVE_UP
  }

  #readLengths(all: Uint8Array, count: number): void {
    for (let at = 0; at < count; ) {
      const symbol = this.#symbol(this.#lengths)
      if (symbol < 16) all[at++] = symbol
      else {
        const times = symbol === 18 ? 11 + this.#take(7) : 3 + this.#take(symbol === 16 ? 2 : 3)
        if ((symbol === 16 && at === 0) || at + times > count) throw GIVE_UP
        all.fill(symbol === 16 ? (all[at - 1] as number) : 0, at, at + times)
        at += times
      }
    }
  }

  #codes(): void {
    for (;;) {
      const symbol = this.#symbol(this.#literals)
      if (symbol === END) return
      if (symbol > END) this.#copy(symbol - END - 1)
      else if (this.#end === this.#out.length) throw GIVE_UP
      else this.#out[this.#end++] = symbol
    }
  }

  #copy(symbol: number): void {
    if (symbol >= LENGTH_BASE.length) throw GIVE_UP
    const length = (LENGTH_BASE[symbol] as number) + this.#take(LENGTH_EXTRA[symbol] as number)
    const code = this.#symbol(this.#distances)
    if (code >= MOST_DISTANCES) throw GIVE_UP
    const distance = (DISTANCE_BASE[code] as number) + this.#take(DISTANCE_EXTRA[code] as number)
    const [out, to] = [this.#out, this.#end]
    if (distance > to || to + length > out.length) throw GIVE_UP
    // An overlapping copy repeats what it writes.
    for (let i = to; i < to + length; i++) out[i] = out[i - distance] as number
    this.#end = to + length
  }
}

const DECODER = new TinyInflate()

export const inflateTiny = (bytes: Buffer, size: number): { data: Buffer; consumed: number } | null =>
  DECODER.run(bytes, size)
