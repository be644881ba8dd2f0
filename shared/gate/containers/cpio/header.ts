/** One member's header, and how what follows it is padded. */
export type CpioHeader = {
  /** Bytes of the header itself; the name follows. */
  readonly length: number
  /** Of the name with its NUL. */
  readonly nameSize: number
  readonly size: number
  /** Unix mode with type bits. */
  readonly mode: number
  /** Name and data are filled up to a multiple of this. */
  readonly align: 1 | 2 | 4
  /** Sum of the data's bytes, where the form has one. */
  readonly sum: number | null
}

/** Longest header of the forms below. */
export const LONGEST_HEADER = 116
const BINARY = 26

/** "New ASCII" (SVR4), without and with a sum of the data: thirteen fields of eight hex digits. */
function newAscii(bytes: Buffer): CpioHeader | null {
  const text = bytes.toString('latin1', 0, 110)
  if (!/^07070[12][0-9A-Fa-f]{104}$/.test(text)) return null
  const field = (index: number) => Number.parseInt(text.slice(6 + 8 * index, 14 + 8 * index), 16)
  const sum = text[5] === '2' ? field(12) : null
  return { length: 110, mode: field(1), size: field(6), nameSize: field(11), align: 4, sum }
}

/** "Old ASCII" (POSIX.1, odc): octal digits. */
function oldAscii(bytes: Buffer): CpioHeader | null {
  const text = bytes.toString('latin1', 0, 76)
  if (!/^070707[0-7]{70}$/.test(text)) return null
  const field = (from: number, to: number) => Number.parseInt(text.slice(from, to), 8)
  return { length: 76, mode: field(18, 24), nameSize: field(59, 65), size: field(65, 76), align: 1, sum: null }
}

/** afio's form of the old one for large files. */
function largeAscii(bytes: Buffer): CpioHeader | null {
  const text = bytes.toString('latin1', 0, LONGEST_HEADER)
  if (!/^070727[0-9A-Fa-f]{24}m[0-9A-Fa-f]{54}n[0-9A-Fa-f]{12}s[0-9A-Fa-f]{16}:$/.test(text)) return null
  const field = (from: number, to: number) => Number.parseInt(text.slice(from, to), 16)
  const size = field(99, 115)
  return { length: LONGEST_HEADER, mode: field(31, 37), nameSize: field(86, 90), size, align: 1, sum: null }
}

/** Thirteen 16-bit words in either byte order; of 32-bit figures the high word comes first. */
function binary(bytes: Buffer): CpioHeader | null {
  if (bytes.length < BINARY) return null
  const isLittle = bytes.readUInt16LE(0) === 0o070707
  if (!isLittle && bytes.readUInt16BE(0) !== 0o070707) return null
  const word = (index: number) => (isLittle ? bytes.readUInt16LE(2 * index) : bytes.readUInt16BE(2 * index))
  return {
    length: BINARY,
    mode: word(3),
    nameSize: word(10),
    size: word(11) * 0x1_0000 + word(12),
    align: 2,
    sum: null,
  }
}

/** The header at the start of `bytes`, in whichever form; null if there is none. */
export const parseCpioHeader = (bytes: Buffer): CpioHeader | null =>
  newAscii(bytes) ?? oldAscii(bytes) ?? largeAscii(bytes) ?? binary(bytes)

const TYPE_MASK = 0o170000
const TYPES = new Set([0, 0o010000, 0o020000, 0o040000, 0o060000, 0o100000, 0o120000, 0o140000])
const LONGEST_NAME = 4096

/**
 * Whether content begins as a cpio. The binary form has but two bytes of its own, so there its type must be one, and a name
 * without control characters follow.
 */
export function beginsAsCpio(head: Buffer): boolean {
  const header = parseCpioHeader(head)
  if (header === null) return false
  // Digits alone are data, e.g. a table of bits: a name of many thousands of them, and no byte that is not text.
  if (header.length > BINARY) return header.nameSize <= LONGEST_NAME || head.includes(0)
  const name = head.toString('latin1', BINARY, BINARY + Math.min(header.nameSize, LONGEST_NAME))
  return (
    TYPES.has(header.mode & TYPE_MASK) &&
    header.nameSize >= 2 &&
    header.nameSize <= LONGEST_NAME &&
    /^[^\x00-\x1f\x7f]+(?:\0|$)/.test(name)
  )
}

const MAGICS = ['070701', '070702', '070707', '070727']

/** Whether content has the first letters of a cpio and no header: bsdtar goes on at the next thing that looks like one. */
export const hasDamagedStart = (head: Buffer): boolean =>
  head[0] === 0x30 && MAGICS.includes(head.toString('latin1', 0, 6)) && parseCpioHeader(head) === null

/** Where such a thing is, from `from` to `to`; -1 if nowhere. */
export function nextHeader(bytes: Buffer, from: number, to: number): number {
  for (let at = bytes.indexOf('0707', from); at !== -1 && at < to; at = bytes.indexOf('0707', at + 1)) {
    if (parseCpioHeader(bytes.subarray(at, at + LONGEST_HEADER)) !== null) return at
  }
  return -1
}
