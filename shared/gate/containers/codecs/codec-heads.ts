import { behindSkippable } from '../../types/probes.ts'

/** What a compressed stream says of itself before anything is decoded; null where it says nothing. */
export type CodecHead = {
  /** Bytes the decoder must keep. */
  readonly window: number | null
  /** Bytes of its first frame when decoded. */
  readonly size: number | null
}
const SAYS_NOTHING: CodecHead = { window: null, size: null }

/** As much of the beginning as is looked at: zstd and lz4 may have skippable frames in front. */
export const HEAD_BYTES = 64 * 1024

const ZSTD_MAGIC = 0xfd2fb528

/** RFC 8878, 3.1.1.1. */
export function zstdHead(head: Buffer): CodecHead {
  const at = behindSkippable(head)
  if (at + 18 > head.length || head.readUInt32LE(at) !== ZSTD_MAGIC) return SAYS_NOTHING
  const flags = head[at + 4] as number
  const isSingle = (flags & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number
  const sizeAt = at + 5 + (isSingle ? 0 : 1) + dictionaryBytes
  const size = zstdSize(head.subarray(sizeAt), flags >> 6, isSingle)
  if (isSingle) return { window: size, size }
  const descriptor = head[at + 5] as number
  const base = 2 ** (10 + (descriptor >> 3))
  return { window: base + (base / 8) * (descriptor & 7), size }
}

function zstdSize(field: Buffer, width: number, isSingle: boolean): number | null {
  if (width === 0) return isSingle ? (field[0] as number) : null
  if (width === 1) return field.readUInt16LE(0) + 256
  return width === 2 ? field.readUInt32LE(0) : Number(field.readBigUInt64LE(0))
}

const LZMA2 = 0x21

/** The dictionary of the first block (xz file format, 3.1 and 5.3.1). */
export function xzHead(head: Buffer): CodecHead {
  const block = head.subarray(12, 12 + ((head[12] ?? 0) + 1) * 4)
  if (block.length < 8 || block[0] === 0) return SAYS_NOTHING
  const flags = block[1] as number
  const numbers = new Numbers(block, 2)
  for (const sizeBit of [0x40, 0x80]) if ((flags & sizeBit) !== 0) numbers.next()
  for (let filter = 0; filter <= (flags & 3); filter++) {
    const id = numbers.next()
    const properties = numbers.take(numbers.next())
    if (id === LZMA2 && properties.length === 1) return { window: xzDictionary(properties[0] as number), size: null }
  }
  return SAYS_NOTHING
}

const xzDictionary = (bits: number): number => (bits >= 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11))

/** Numbers of seven bits a byte; beyond the end they are zero. */
class Numbers {
  readonly #bytes: Buffer
  #at: number
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }
  next(): number {
    let value = 0
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) break
    }
    return value
  }
  take(length: number): Buffer {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return bytes
  }
}

const UNKNOWN = 0xffffffffffffffffn

export function lzmaHead(head: Buffer): CodecHead {
  if (head.length < 13) return SAYS_NOTHING
  const size = head.readBigUInt64LE(5)
  return { window: head.readUInt32LE(1), size: size === UNKNOWN ? null : Number(size) }
}

const LZ4_MAGIC = 0x184d2204

/** LZ4 keeps 64 KiB whatever its frame says; only the size is of interest. Legacy frames (`lz4 -l`) have no flags. */
export function lz4Head(head: Buffer): CodecHead {
  const at = behindSkippable(head)
  if (at + 4 > head.length || head.readUInt32LE(at) !== LZ4_MAGIC) return SAYS_NOTHING
  const hasSize = at + 14 <= head.length && ((head[at + 4] as number) & 0x08) !== 0
  return { window: null, size: hasSize ? Number(head.readBigUInt64LE(at + 6)) : null }
}

export const noHead = (): CodecHead => SAYS_NOTHING
