import type { NameFinding } from '../../names/name-rules.ts'
import type { Detected } from '../../types/detect.ts'
import { isTarHeader, tarCheckSum } from '../../types/probes.ts'
import type { Sample } from '../../types/sample.ts'

export const BLOCK = 512

/** One header block, its fields as they stand. */
export type TarHeader = {
  readonly type: string
  readonly rawName: Buffer
  readonly rawLink: Buffer
  readonly size: number
  /** The size field holds a number that says nothing because a pax record does: zero or all sevens. */
  readonly sizeIsOpen: boolean
  readonly isGnu: boolean
  readonly block: Buffer
}

const cString = (bytes: Buffer): Buffer => {
  const end = bytes.indexOf(0)
  return end === -1 ? bytes : bytes.subarray(0, end)
}

/** Octal text, or base-256 with the high bit set (GNU, star); null if it is neither. */
export function parseNumber(field: Buffer): number | null {
  const first = field[0] as number
  if ((first & 0x80) !== 0) {
    if (first === 0xff) return null // negative
    let value = first & 0x7f
    for (const byte of field.subarray(1)) value = value * 256 + byte
    return Number.isSafeInteger(value) ? value : null
  }
  const text = /^[ \0]*([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1]
  if (text === undefined) return null
  return text === '' ? 0 : Number.parseInt(text, 8)
}

/** Mode, uid, gid and mtime: 7-Zip takes a block in which one is no number for no header. */
const OTHER_NUMBERS = [
  [100, 108],
  [108, 116],
  [116, 124],
  [136, 148],
] as const

/** A time before 1970 is negative, in base-256. */
const isNumber = (field: Buffer): boolean => ((field[0] as number) & 0x80) !== 0 || parseNumber(field) !== null

/** Reads a header block whose check sum holds, in the form that every tool reads; null if it does not, or if a number is none. */
export function parseTarHeader(bytes: Buffer): TarHeader | null {
  if (bytes.length < BLOCK || tarCheckSum(bytes) !== 'plain') return null
  const block = Buffer.from(bytes)
  const size = parseNumber(block.subarray(124, 136))
  if (size === null || !OTHER_NUMBERS.every(([from, to]) => isNumber(block.subarray(from, to)))) return null
  const magic = block.toString('latin1', 257, 265)
  const isGnu = magic.startsWith('ustar  ')
  const name = cString(block.subarray(0, 100))
  // GNU tar keeps other things where ustar has the prefix of the name.
  const prefix = magic.startsWith('ustar\0') ? cString(block.subarray(345, 500)) : Buffer.alloc(0)
  const typeByte = block[156] as number
  return {
    type: typeByte === 0 ? '0' : String.fromCharCode(typeByte),
    rawName: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    rawLink: cString(block.subarray(157, 257)),
    size,
    sizeIsOpen: size === 0 || size === 0o77777777777,
    isGnu,
    block,
  }
}

/** A tar header over the first block of something else: tools that ask for a tar first unpack one. No check sum fits by chance. */
export function tarInFront({ head }: Sample, { family, label }: Detected): NameFinding | null {
  if (family === 'tar' || head.length < BLOCK || !isTarHeader(head)) return null
  return { code: 'ambiguous_archive', detail: `${label.en} that begins with the header of a tar` }
}
