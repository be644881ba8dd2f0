import { crc32 } from 'node:zlib'
import { type CpioHeader, parseCpioHeader } from '../containers/cpio/header.ts'
import { isTarHeader } from '../types/probes.ts'
import { canBeGzip, givesByDeflate } from './gzip-start.ts'
import { hasArjHeader } from './legacy-headers.ts'
import { hasEmptyLhaMember, hasLhaMember, nextLhaMember } from './lha-start.ts'
import { canBeginBzip2, canBeXz } from './stream-starts.ts'
import { canBeZstd } from './zstd-start.ts'

export type Codec = 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'compress' | 'lzma'

/** How an archive inside other content is known. */
export type Signature = {
  readonly name: string
  readonly needle: Buffer
  /** Where the needle lies in the archive. */
  readonly back: number
  /** A compressed stream: only what it holds tells whether it matters. */
  readonly codec: Codec | null
  /** `at` is where the needle is; true if what stands around it can be nothing else. */
  verify(bytes: Buffer, at: number): boolean
  /** How far behind `at` the needle must stand again. */
  readonly next?: (bytes: Buffer, at: number) => number
  /** At byte 0 it is a program of its own, which policy may let in. */
  readonly isProgram?: boolean
  /** A second opinion that takes time. */
  readonly prove?: (bytes: Buffer, at: number) => boolean
}

export const archive = (name: string, hex: string, back: number, verify: Signature['verify']): Signature => ({
  name,
  needle: Buffer.from(hex, 'hex'),
  back,
  codec: null,
  verify,
})
const compressed = (codec: Codec, hex: string, verify: Signature['verify']): Signature => ({
  ...archive(codec, hex, 0, verify),
  codec,
})

const hasSevenZipStart = (b: Buffer, at: number): boolean =>
  b.length >= at + 32 && crc32(b.subarray(at + 12, at + 32)) === b.readUInt32LE(at + 8)

/** RAR 4: a zero and the main header; RAR 5: the rest of its signature. */
const hasRarStart = (b: Buffer, at: number): boolean =>
  b.length >= at + 16 && ((b[at + 6] === 0 && b[at + 9] === 0x73) || (b[at + 6] === 1 && b[at + 7] === 0))

/** Its files lie inside it; the version is no matter to 7-Zip. */
function hasCabHeader(b: Buffer, at: number): boolean {
  if (b.length < at + 36) return false
  const [size, files] = [b.readUInt32LE(at + 8), b.readUInt32LE(at + 16)]
  return size >= 36 && files >= 36 && files <= size && b.readUInt16LE(at + 28) > 0 && (b[at + 30] as number) <= 7
}
function hasWimHeader(b: Buffer, at: number): boolean {
  const size = b.length < at + 12 ? 0 : b.readUInt32LE(at + 8)
  return size >= 96 && size <= 1024
}
const hasXarHeader = (b: Buffer, at: number): boolean =>
  b.length >= at + 28 && b.readUInt16BE(at + 4) >= 28 && b.readUInt16BE(at + 4) <= 256 && b.readUInt16BE(at + 6) <= 1
/** `at` is behind the type of a volume descriptor. */
const isVolumeDescriptor = (b: Buffer, at: number): boolean => at > 0 && [0, 1, 2, 3, 255].includes(b[at - 1] as number)

const LONGEST_NAME = 1024
export const ZIP_METHODS = new Set([0, 1, 6, 8, 9, 12, 14, 93, 95, 98, 99])
/** A local header as 7-Zip takes one for a beginning: a name without zeros but at its end, or none and some data. */
export function hasLocalHeader(b: Buffer, at: number): boolean {
  if (b.length < at + 31 || !ZIP_METHODS.has(b.readUInt16LE(at + 8))) return false
  const length = b.readUInt16LE(at + 26)
  if (length === 0) return b.readUInt32LE(at + 18) > 0 || ((b[at + 6] as number) & 8) !== 0
  const zero = b.subarray(at + 30, at + 30 + Math.min(length, LONGEST_NAME)).indexOf(0)
  return zero === -1 || zero === length - 1
}

const hasTarBlock = (b: Buffer, at: number): boolean =>
  at >= 257 && b.length >= at + 255 && isTarHeader(b.subarray(at - 257, at + 255))

const LONGEST_CPIO_NAME = 4096
/** A header, and a name that ends where it says. */
function hasCpioHeader(b: Buffer, at: number): boolean {
  const header = parseCpioHeader(b.subarray(at))
  if (header === null || header.nameSize < 2 || header.nameSize > LONGEST_CPIO_NAME) return false
  const name = b.subarray(at + header.length, at + header.length + header.nameSize)
  const zero = name.indexOf(0)
  return zero === -1 ? name.length < header.nameSize : zero === header.nameSize - 1
}

/** Where the next header must be: the form with a mark of two bytes is believed by two of them. */
function nextBinaryCpio(b: Buffer, at: number): number {
  const { nameSize, size } = parseCpioHeader(b.subarray(at)) as CpioHeader
  return BINARY_CPIO + nameSize + (nameSize % 2) + size + (size % 2)
}
const BINARY_CPIO = 26

const isBzip2Header = (b: Buffer, at: number): boolean =>
  /^BZh[1-9]1AY&SY$/.test(b.toString('latin1', at, at + 10)) && canBeginBzip2(b, at)
const isXzHeader = (b: Buffer, at: number): boolean =>
  b.length >= at + 12 && crc32(b.subarray(at + 6, at + 8)) === b.readUInt32LE(at + 8) && canBeXz(b, at)

/** Archives with names inside, by headers whose every figure fits. */
export const ARCHIVES: readonly Signature[] = [
  archive('7-Zip archive', '377abcaf271c', 0, hasSevenZipStart),
  archive('RAR archive', '526172211a07', 0, hasRarStart),
  archive('cabinet archive', '4d53434600000000', 0, hasCabHeader),
  archive('WIM archive', '4d5357494d000000', 0, hasWimHeader),
  archive('XAR archive', '7861722100', 0, hasXarHeader),
  archive('ISO archive', '434430303101', 32_769, isVolumeDescriptor),
  archive('tar archive', Buffer.from('ustar').toString('hex'), 257, hasTarBlock),
  archive('cpio archive', Buffer.from('07070').toString('hex'), 0, hasCpioHeader),
  { ...archive('cpio archive', 'c771', 0, hasCpioHeader), next: nextBinaryCpio },
  { ...archive('cpio archive', '71c7', 0, hasCpioHeader), next: nextBinaryCpio },
  archive('ARJ archive', '60ea', 0, hasArjHeader),
  archive('LHA archive', Buffer.from('-l').toString('hex'), 2, hasLhaMember),
  { ...archive('LHA archive', Buffer.from('-l').toString('hex'), 2, hasEmptyLhaMember), next: nextLhaMember },
]
export const STREAMS: readonly Signature[] = [
  { ...compressed('gzip', '1f8b08', canBeGzip), prove: givesByDeflate },
  compressed('bzip2', Buffer.from('BZh').toString('hex'), isBzip2Header),
  compressed('xz', 'fd377a585a00', isXzHeader),
  compressed('zstd', '28b52ffd', canBeZstd),
]
export const ZIP = archive('zip archive', '504b0304', 0, hasLocalHeader)

const PLAIN = ['1f', Buffer.from('BZh').toString('hex'), '28b52ffd'].map((hex) => Buffer.from(hex, 'hex'))
/** Text without a byte that any of the above needs: four searches for what text does not have cost next to nothing. */
export const isPlain = (bytes: Buffer): boolean =>
  bytes.indexOf(0) === -1 && !PLAIN.some((mark) => bytes.includes(mark))
