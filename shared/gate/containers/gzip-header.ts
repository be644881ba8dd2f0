import { crc32 } from 'node:zlib'
import type { Cursor } from '../io/byte-stream.ts'
import { decodeName } from '../names/decode-name.ts'
import { GateProblem } from '../problem.ts'

export type GzipHeader = { readonly name: string | null; readonly extra: Buffer }

const FIXED = 10
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const
const CHUNK = 256
const NONE = Buffer.alloc(0)

/** Takes a gzip header (RFC 1952, 2.3); null and nothing taken if there is none here. */
export async function readGzipHeader(cursor: Cursor, place: string, maxName: number): Promise<GzipHeader | null> {
  const fixed = await cursor.peek(FIXED)
  if (fixed.length < FIXED || fixed.readUIntBE(0, 3) !== 0x1f8b08) return null
  const flags = fixed[3] as number
  if ((flags & FLAG.reserved) !== 0) return null
  const reader = new HeaderReader(cursor, place, maxName)
  await reader.take(FIXED)
  const hasExtra = (flags & FLAG.extra) !== 0
  const extra = hasExtra ? Buffer.from(await reader.take((await reader.take(2)).readUInt16LE(0))) : NONE
  const name = (flags & FLAG.name) !== 0 ? decodeName(await reader.text()) : null
  if ((flags & FLAG.comment) !== 0) await reader.text()
  if ((flags & FLAG.headerCrc) !== 0) await reader.checkCrc()
  return { name, extra }
}

class HeaderReader {
  readonly #cursor: Cursor
  readonly #place: string
  readonly #maxName: number
  #crc = 0

  constructor(cursor: Cursor, place: string, maxName: number) {
    this.#cursor = cursor
    this.#place = place
    this.#maxName = maxName
  }

  async take(length: number): Promise<Buffer> {
    const bytes = await this.#cursor.take(length)
    if (bytes.length < length) throw this.#damaged('cut off')
    this.#crc = crc32(bytes, this.#crc)
    return bytes
  }

  /** A text that ends with a zero byte; without the limit it could be as long as the file. */
  async text(): Promise<Buffer> {
    for (let length = CHUNK; ; length *= 2) {
      const bytes = await this.#cursor.peek(length)
      const end = bytes.indexOf(0)
      if (end !== -1) return Buffer.from(await this.take(end + 1)).subarray(0, end)
      if (bytes.length < length) throw this.#damaged('cut off')
      if (length > this.#maxName) throw this.#damaged('a text without end')
    }
  }

  async checkCrc(): Promise<void> {
    const wanted = this.#crc & 0xffff
    if ((await this.take(2)).readUInt16LE(0) !== wanted) throw this.#damaged('its CRC does not fit')
  }

  #damaged(detail: string): GateProblem {
    return new GateProblem('not_inspectable', this.#place, `damaged gzip header: ${detail}`)
  }
}
