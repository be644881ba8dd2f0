/** What names and paths are made of; texts are read as UTF-8, where damage shows as a replacement mark. */
export const PRINTABLE = /^[^\u0000-\u001f\u007f-\u009f\ufffd]+$/

/** Reads fields one after the other; `ok` turns false for good when one lies outside. */
export class Fields {
  readonly #bytes: Buffer
  readonly #end: number
  at: number
  ok = true
  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes
    this.at = at
    this.#end = Math.min(end, bytes.length)
  }
  number(length: number): number {
    const at = this.#skip(length)
    if (!this.ok) return 0
    return length <= 6 ? this.#bytes.readUIntLE(at, length) : Number(this.#bytes.readBigUInt64LE(at))
  }
  text(length: number): string {
    const at = this.#skip(length)
    return this.ok ? this.#bytes.toString('utf8', at, at + length) : ''
  }
  skip(length: number): void {
    this.#skip(length)
  }
  #skip(length: number): number {
    const at = this.at
    this.at += length
    if (this.at > this.#end) this.ok = false
    return at
  }
}
