import { inflatedAsFarAs } from './member-beginning.ts'

const HEADER = 10
const RESERVED = 0xe0
const CHECK_SUM = 2
const EXTRA = 4
const NAME = 8
const COMMENT = 16
/** 7-Zip believes no others. */
const LEVELS: ReadonlySet<number> = new Set([0, 2, 4])
/** Some of so many bytes of deflate must give something: numbers that only look like a header do not get as far. */
const TRIED = [64, 128, 256, 512]

/** Whether gzip can begin at `at`. Node 559,903 of a mesh has its mark: what follows must begin as deflate does. */
export function canBeGzip(b: Buffer, at: number): boolean {
  const flags = b[at + 3] as number
  if (b.length < at + HEADER + 8 || (flags & RESERVED) !== 0 || !LEVELS.has(b[at + 8] as number)) return false
  const extra = (flags & EXTRA) === 0 ? 0 : extraLength(b, at + HEADER)
  if (extra === null) return false
  const start = behindTexts(b, at + HEADER + extra, flags)
  // Behind more fields than are in sight: its content tells.
  if (start >= b.length) return true
  return TRIED.some((length) => (inflatedAsFarAs(b.subarray(start, start + length))?.length ?? 0) > 0)
}

/** Null where its parts do not fill it: 7-Zip then takes it for no gzip. */
function extraLength(b: Buffer, at: number): number | null {
  if (at + 2 > b.length) return b.length
  const end = at + 2 + b.readUInt16LE(at)
  let next = at + 2
  while (next + 4 <= Math.min(end, b.length)) next += 4 + b.readUInt16LE(next + 2)
  return next === end || (next > b.length && end > b.length) ? end - at : null
}

function behindTexts(b: Buffer, from: number, flags: number): number {
  let start = from
  for (const field of [NAME, COMMENT]) {
    if ((flags & field) === 0) continue
    const zero = b.indexOf(0, start)
    start = zero === -1 ? b.length : zero + 1
  }
  return (flags & CHECK_SUM) === 0 ? start : start + 2
}

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
