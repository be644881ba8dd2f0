import { crc32 } from 'node:zlib'

export class Bits {
  readonly #bytes: Buffer
  #at: number
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at * 8
  }
  get isOver(): boolean {
    return this.#at > this.#bytes.length * 8
  }
  /** The highest of a byte first; zeros behind the end. */
  take(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) {
      value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1)
      this.#at++
    }
    return value
  }
}

const LONGEST_CODE = 20
const MOST_SELECTORS = 18_002

/** The same by what stands in front of the tables alone, which costs a look and not a walk over 2 KiB. */
export function canBeginBzip2(bytes: Buffer, at: number): boolean {
  const bits = new Bits(bytes, at + 10 + 4)
  return fitsBlock(bits, bytes, at) && countsOf(bits) !== null
}

/** The place of its first byte among those of the block. */
const fitsBlock = (bits: Bits, bytes: Buffer, at: number): boolean =>
  bits.take(25) % 2 ** 24 < 100_000 * ((bytes[at + 3] as number) - 0x30)

/**
 * Whether a block of bzip2 can begin at `at`, as far as its tables of codes tell: its mark alone is soon written. Where the
 * bytes end before that is known, it can if they go on (`isCut`); nobody gets anything out of a block without its tables.
 */
export function canBeBzip2(bytes: Buffer, at: number, isCut = true): boolean {
  const bits = new Bits(bytes, at + 10 + 4)
  const isOne = fitsBlock(bits, bytes, at) && hasTables(bits)
  return bits.isOver ? isCut : isOne
}

function countsOf(bits: Bits): { used: number; groups: number; selectors: number } | null {
  const used = bytesUsed(bits)
  const groups = bits.take(3)
  const selectors = bits.take(15)
  if (used === 0 || groups < 2 || groups > 6 || selectors === 0 || selectors > MOST_SELECTORS) return null
  return { used, groups, selectors }
}

function hasTables(bits: Bits): boolean {
  const counts = countsOf(bits)
  if (counts === null) return false
  const { used, groups, selectors } = counts
  for (let i = 0; i < selectors && !bits.isOver; i++) if (!hasSelector(bits, groups)) return false
  for (let i = 0; i < groups && !bits.isOver; i++) if (!hasLengths(bits, used + 2)) return false
  return true
}

function bytesUsed(bits: Bits): number {
  let count = 0
  for (let rows = bits.take(16); rows > 0; rows &= rows - 1) {
    for (let row = bits.take(16); row > 0; row &= row - 1) count++
  }
  return count
}

function hasSelector(bits: Bits, groups: number): boolean {
  for (let i = 0; i < groups; i++) if (bits.take(1) === 0) return true
  return false
}

function hasLengths(bits: Bits, symbols: number): boolean {
  let length = bits.take(5)
  for (let i = 0; i < symbols; i++) {
    while (length >= 1 && length <= LONGEST_CODE && bits.take(1) === 1) length += bits.take(1) === 0 ? 1 : -1
    if (length < 1 || length > LONGEST_CODE) return false
  }
  return true
}

/** Whether the header of the first block of an xz stream at `at` is one (xz file format, 3.1), or an index follows at once. */
export function canBeXz(bytes: Buffer, at: number): boolean {
  const start = at + 12
  const size = ((bytes[start] ?? 0) + 1) * 4
  if (bytes[start] === 0 || start + size > bytes.length) return true
  const end = start + size - 4
  return crc32(bytes.subarray(start, end)) === bytes.readUInt32LE(end)
}

const LARGEST_DICTIONARY = 24
const LZMA2 = Buffer.from([0x21, 1])

/** The stream with a dictionary of 16 MiB for its first block, which what is looked at does not exceed: its decoder may not have more. */
export function withSmallDictionary(bytes: Buffer): Buffer {
  const size = ((bytes[12] ?? 0) + 1) * 4
  const end = 12 + size - 4
  if (bytes[12] === 0 || end + 4 > bytes.length) return bytes
  const at = bytes.subarray(0, end).lastIndexOf(LZMA2) + 2
  if (at < 2 + 14 || (bytes[at] as number) <= LARGEST_DICTIONARY) return bytes
  const out = Buffer.from(bytes)
  out[at] = LARGEST_DICTIONARY
  out.writeUInt32LE(crc32(out.subarray(12, end)), end)
  return out
}

/** Whether the first block of an xz stream has a header whose check sum fits: no other data have. */
export const hasXzBlock = (bytes: Buffer): boolean =>
  (bytes[12] ?? 0) !== 0 && 12 + ((bytes[12] as number) + 1) * 4 <= bytes.length && canBeXz(bytes, 0)
