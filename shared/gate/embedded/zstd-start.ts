const SINGLE_SEGMENT = 0x20
const UNUSED = 0x08
const DICTIONARY = [0, 1, 2, 4]
const LARGEST_BLOCK = 128 * 1024
const BAD_TYPE = 3

/** Whether a zstd frame can begin at `at`: its header, and that of its first block (RFC 8878, 3.1.1). */
export function canBeZstd(b: Buffer, at: number): boolean {
  if (b.length < at + 9) return false
  const flags = b[at + 4] as number
  const isSingle = (flags & SINGLE_SEGMENT) !== 0
  const sizeField = flags >> 6
  const sizeBytes = sizeField === 0 ? Number(isSingle) : 2 ** sizeField
  const block = at + 5 + (isSingle ? 0 : 1) + (DICTIONARY[flags & 3] as number) + sizeBytes
  if ((flags & UNUSED) !== 0 || block + 3 > b.length) return false
  const header = b.readUIntLE(block, 3)
  return ((header >> 1) & 3) !== BAD_TYPE && header >> 3 <= LARGEST_BLOCK
}
