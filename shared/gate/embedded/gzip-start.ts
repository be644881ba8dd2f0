import { beginningOfDeflate, givesByInflate } from './deflate-beginning.ts'

const HEADER = 10
const RESERVED = 0xe0
const CHECK_SUM = 2
const EXTRA = 4
const NAME = 8
const COMMENT = 16
/** 7-Zip believes no others. */
const LEVELS: ReadonlySet<number> = new Set([0, 2, 4])
/** 7-Zip takes no longer ones. */
const TEXTS = [
  [NAME, 4096],
  [COMMENT, 65_536],
] as const
/** Some of so many bytes of deflate must give something: numbers that only look like a header do not get as far. */
const TRIED = [64, 128, 256, 512]
const EMPTY_BLOCKS = 1024

/** Whether gzip can begin at `at`. Node 559,903 of a mesh has its mark: what follows must begin as deflate does. */
export function canBeGzip(b: Buffer, at: number): boolean {
  const start = deflateStart(b, at)
  return start !== null && (start + 4 > b.length || canBeginDeflate(b, start))
}

/** The same by decoding some of it, which takes longer. */
export function givesByDeflate(b: Buffer, at: number): boolean {
  const start = deflateStart(b, at)
  if (start === null || start >= b.length) return start !== null
  const gives = TRIED.some((length) => givesByInflate(b.subarray(start, start + length)))
  // Or else empty blocks, one behind the other.
  return gives || beginningOfDeflate(b.subarray(start, start + EMPTY_BLOCKS)).isSilent
}

/** Where the header ends, be it out of sight; null if it is none. */
export function deflateStart(b: Buffer, at: number): number | null {
  const flags = b[at + 3] as number
  if (b.length < at + HEADER + 8 || (flags & RESERVED) !== 0 || !LEVELS.has(b[at + 8] as number)) return null
  const extra = (flags & EXTRA) === 0 ? 0 : extraLength(b, at + HEADER)
  return extra === null ? null : behindTexts(b, at + HEADER + extra, flags)
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
  for (const [field, longest] of TEXTS) {
    if ((flags & field) === 0) continue
    const zero = b.subarray(start, start + longest).indexOf(0)
    start = zero === -1 ? b.length : start + zero + 1
  }
  return (flags & CHECK_SUM) === 0 ? start : start + 2
}

const ENOUGH_EMPTY = 8

/** By the header of the first block, and the first symbol of it or the lengths of its codes (RFC 1951, 3.2). */
function canBeginDeflate(b: Buffer, start: number, bit = 0): boolean {
  const type = bitsAt(b, start, bit + 1, 2)
  if (type === 0) return canBeStored(b, start + ((bit + 3 + 7) >> 3))
  if (type === 1) return isEmptyFixed(b, start, bit) ? canGoOn(b, start, bit + 10) : isLiteral(b, start, bit)
  const hasFewCodes = bitsAt(b, start, bit + 3, 5) < 30 && bitsAt(b, start, bit + 8, 5) < 30
  return type === 2 && hasFewCodes && hasCompleteCode(b, start, bit)
}

const canBeStored = (b: Buffer, at: number): boolean =>
  b.length < at + 4 || (b.readUInt16LE(at) ^ b.readUInt16LE(at + 2)) === 0xffff

/** Of the fixed code, not the last one, and nothing but its end. */
const isEmptyFixed = (b: Buffer, start: number, bit: number): boolean =>
  bitsAt(b, start, bit, 1) === 0 && bitsAt(b, start, bit + 3, 7) === 0

const canGoOn = (b: Buffer, start: number, bit: number): boolean =>
  bit >= 10 * ENOUGH_EMPTY || canBeginDeflate(b, start, bit)

const bitsAt = (b: Buffer, start: number, from: number, count: number): number => {
  const at = start + (from >> 3)
  return ((((b[at + 1] ?? 0) << 8) | (b[at] ?? 0)) >> (from & 7)) & (2 ** count - 1)
}

/** Of the fixed code: neither the end nor a length, for which nothing is there yet. */
function isLiteral(b: Buffer, start: number, bit: number): boolean {
  let code = 0
  for (let i = 0; i < 8; i++) code = code * 2 + bitsAt(b, start, bit + 3 + i, 1)
  return code >> 1 >= 24 && (code < 192 || code > 199)
}

function hasCompleteCode(b: Buffer, start: number, bit: number): boolean {
  let sum = 0
  for (let i = 0; i < bitsAt(b, start, bit + 13, 4) + 4; i++) {
    const length = bitsAt(b, start, bit + 17 + 3 * i, 3)
    if (length > 0) sum += 128 >> length
  }
  return sum === 128
}
