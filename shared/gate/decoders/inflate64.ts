import type { ByteStream, Cursor } from '../io/byte-stream.ts'
import { DamagedData } from '../io/damaged-data.ts'
import { BitSource } from './bit-source.ts'
import {
  CODE_LENGTH_ORDER,
  type CodeTable,
  codeTable,
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  LENGTH_BASE,
  LENGTH_EXTRA,
} from './deflate64-tables.ts'

const WINDOW = 64 * 1024
const LONGEST_MATCH = 3 + 0xffff
/** What comes out at once. */
const CHUNK = 256 * 1024
/** Two codes and their extra bits take 60 bits; a table of codes at most 2,400. */
const SYMBOL_BYTES = 12
const TABLE_BYTES = 512
const END = 256

type Block =
  | { readonly kind: 'stored'; left: number }
  | { readonly kind: 'codes'; readonly literals: CodeTable; readonly distances: CodeTable }

/**
 * deflate64, what Windows Explorer writes for members above 2 GB; zlib does not know it. The cursor stands right behind the
 * stream when the last byte has come out.
 */
export class Inflate64Stream implements ByteStream {
  readonly #bits: BitSource
  readonly #out = Buffer.alloc(WINDOW + CHUNK + LONGEST_MATCH)
  #end = 0
  #given = 0
  #block: Block | null = null
  #isLast = false
  #done = false

  constructor(cursor: Cursor) {
    this.#bits = new BitSource(cursor)
  }

  async next(): Promise<Buffer | null> {
    if (this.#given > WINDOW) this.#slide()
    while (!this.#done && this.#end - this.#given < CHUNK) {
      if (!this.#bits.has(TABLE_BYTES)) await this.#bits.more()
      else this.#work()
    }
    if (this.#given === this.#end) return null
    const chunk = this.#out.subarray(this.#given, this.#end)
    this.#given = this.#end
    return chunk
  }

  #slide(): void {
    this.#out.copy(this.#out, 0, this.#end - WINDOW, this.#end)
    this.#given -= this.#end - WINDOW
    this.#end = WINDOW
  }

  #work(): void {
    if (this.#block === null) {
      if (this.#isLast) this.#finish()
      else this.#block = this.#begin()
    } else if (this.#block.kind === 'stored') this.#stored(this.#block)
    else this.#codes(this.#block.literals, this.#block.distances)
    this.#bits.checkEnd()
  }

  #finish(): void {
    this.#bits.release()
    this.#done = true
  }

  #begin(): Block {
    this.#isLast = this.#bits.take(1) === 1
    const type = this.#bits.take(2)
    if (type === 1) return { kind: 'codes', literals: FIXED_LITERALS, distances: FIXED_DISTANCES }
    if (type === 2) return this.#dynamic()
    if (type === 3) throw new DamagedData('invalid block type')
    this.#bits.toByte()
    const length = this.#bits.take(16)
    if ((this.#bits.take(16) ^ 0xffff) !== length) throw new DamagedData('invalid stored block lengths')
    return { kind: 'stored', left: length }
  }

  #dynamic(): Block {
    const [literals, distances, lengths] = [this.#bits.take(5) + 257, this.#bits.take(5) + 1, this.#bits.take(4) + 4]
    const codeLengths = new Uint8Array(19)
    for (const symbol of CODE_LENGTH_ORDER.slice(0, lengths)) codeLengths[symbol] = this.#bits.take(3)
    const all = this.#lengths(sound(codeTable(codeLengths)), literals + distances)
    return {
      kind: 'codes',
      literals: sound(codeTable(all.subarray(0, literals))),
      distances: sound(codeTable(all.subarray(literals))),
    }
  }

  #lengths(table: CodeTable, count: number): Uint8Array {
    const lengths = new Uint8Array(count)
    for (let at = 0; at < count; ) {
      const symbol = this.#symbol(table)
      if (symbol < 16) lengths[at++] = symbol
      else {
        const before = symbol === 16 ? lengths[at - 1] : 0
        const times = symbol === 18 ? 11 + this.#bits.take(7) : 3 + this.#bits.take(symbol === 16 ? 2 : 3)
        if (before === undefined || at + times > count) throw new DamagedData('invalid bit length repeat')
        lengths.fill(before, at, at + times)
        at += times
      }
    }
    return lengths
  }

  #symbol({ bits, codes }: CodeTable): number {
    const entry = codes[this.#bits.peek(bits)] as number
    if (entry === 0) throw new DamagedData('invalid code')
    this.#bits.drop(entry & 15)
    return entry >> 4
  }

  #stored(block: { left: number }): void {
    if (block.left > 0) {
      const bytes = this.#bits.bytes(Math.min(block.left, CHUNK))
      if (bytes.length === 0) throw new DamagedData('the end is missing')
      bytes.copy(this.#out, this.#end)
      this.#end += bytes.length
      block.left -= bytes.length
    }
    if (block.left === 0) this.#block = null
  }

  #codes(literals: CodeTable, distances: CodeTable): void {
    const limit = this.#given + CHUNK
    while (this.#end < limit && this.#bits.has(SYMBOL_BYTES)) {
      const symbol = this.#symbol(literals)
      if (symbol < END) this.#out[this.#end++] = symbol
      else if (symbol === END) {
        this.#block = null
        return
      } else this.#copy(symbol - END - 1, distances)
      // Only looked at where zeros behind the end could be taken for codes without end.
      this.#bits.checkEnd()
    }
  }

  #copy(symbol: number, distances: CodeTable): void {
    const base = LENGTH_BASE[symbol]
    if (base === undefined) throw new DamagedData('invalid length code')
    const length = base + this.#bits.take(LENGTH_EXTRA[symbol] as number)
    const code = this.#symbol(distances)
    const distance = (DISTANCE_BASE[code] as number) + this.#bits.take(DISTANCE_EXTRA[code] as number)
    const from = this.#end - distance
    if (from < 0) throw new DamagedData('invalid distance too far back')
    // Overlapping copies repeat what they write, so never with copyWithin.
    for (let i = 0; i < length; i++) this.#out[this.#end + i] = this.#out[from + i] as number
    this.#end += length
  }
}

function sound(table: CodeTable | null): CodeTable {
  if (table === null) throw new DamagedData('invalid code lengths set')
  return table
}
