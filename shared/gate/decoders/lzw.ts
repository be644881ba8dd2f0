import { KIB } from '#shared/domain/limits.ts'
import type { ByteStream, Cursor } from '../io/byte-stream.ts'
import { DamagedData } from '../io/damaged-data.ts'

const CHUNK = 256 * KIB
const INPUT = 256 * KIB
const FIRST_BITS = 9
const MOST_BITS = 16
const CLEAR = 256
/** A code stands for at most as many bytes as there are codes. */
const LONGEST = 1 << MOST_BITS

/**
 * compress(1), the .Z format: codes of 9 to 16 bits, lowest bit first, always eight together; whenever their width changes, or
 * the table is cleared, the rest of the eight is thrown away. There is no check sum and no end but the end of the bytes.
 */
export class LzwStream implements ByteStream {
  readonly #cursor: Cursor
  readonly #prefix = new Uint16Array(LONGEST)
  readonly #suffix = new Uint8Array(LONGEST)
  readonly #text = Buffer.alloc(LONGEST)
  readonly #out = Buffer.alloc(CHUNK + LONGEST)
  #end = 0
  #input: Buffer = Buffer.alloc(0)
  #at = 0
  #inputEnded = false
  #mostBits = 0
  #firstFree = CLEAR
  #bits = FIRST_BITS
  #free = CLEAR
  #before = -1
  #firstByte = 0

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  async next(): Promise<Buffer | null> {
    if (this.#mostBits === 0) await this.#begin()
    this.#end = 0
    while (this.#end < CHUNK) {
      if (this.#input.length - this.#at < MOST_BITS && !this.#inputEnded) await this.#more()
      else if (!this.#group()) break
    }
    return this.#end === 0 ? null : this.#out.subarray(0, this.#end)
  }

  async #begin(): Promise<void> {
    const flags = (await this.#cursor.take(3))[2] ?? 0
    this.#mostBits = flags & 0x1f
    this.#firstFree = (flags & 0x80) === 0 ? CLEAR : CLEAR + 1
    if (this.#mostBits < FIRST_BITS || this.#mostBits > MOST_BITS) throw new DamagedData('unknown width of its codes')
    this.#clear()
  }

  async #more(): Promise<void> {
    const rest = this.#input.subarray(this.#at)
    const chunk = await this.#cursor.next(INPUT)
    this.#inputEnded = chunk === null
    this.#input = chunk === null ? Buffer.from(rest) : Buffer.concat([rest, chunk])
    this.#at = 0
  }

  /** Eight codes, or what is left; false when nothing is. */
  #group(): boolean {
    const width = this.#bits
    const bytes = this.#input.subarray(this.#at, this.#at + width)
    this.#at += bytes.length
    const codes = Math.floor((bytes.length * 8) / width)
    for (let i = 0; i < codes; i++) {
      const code = codeAt(bytes, i * width, width)
      if (code === CLEAR && this.#firstFree > CLEAR) this.#clear()
      else this.#take(code)
      if (this.#bits !== width || this.#before === -1) break
    }
    return codes > 0
  }

  #take(code: number): void {
    const isNew = code === this.#free && this.#before !== -1
    if ((code >= this.#free && !isNew) || (this.#before === -1 && code > 0xff)) throw new DamagedData('an unknown code')
    this.#write(isNew ? this.#before : code, isNew)
    if (this.#before !== -1 && this.#free < 1 << this.#mostBits) {
      this.#prefix[this.#free] = this.#before
      this.#suffix[this.#free++] = this.#firstByte
    }
    this.#before = code
    if (this.#free === 1 << this.#bits && this.#bits < this.#mostBits) this.#bits++
  }

  /** The bytes of a code, and for one that is only being defined its first byte once more. */
  #write(code: number, again: boolean): void {
    let at = LONGEST
    let link = code
    for (; link > 0xff; link = this.#prefix[link] as number) this.#text[--at] = this.#suffix[link] as number
    this.#text[--at] = link
    this.#firstByte = link
    this.#end += this.#text.copy(this.#out, this.#end, at)
    if (again) this.#out[this.#end++] = link
  }

  #clear(): void {
    this.#bits = FIRST_BITS
    this.#free = this.#firstFree
    this.#before = -1
  }
}

function codeAt(bytes: Buffer, bit: number, width: number): number {
  const at = bit >> 3
  const word = (bytes[at] as number) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
  return (word >> (bit & 7)) & ((1 << width) - 1)
}
