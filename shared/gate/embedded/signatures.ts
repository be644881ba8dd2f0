import { crc32 } from 'node:zlib'
import { parseCpioHeader } from '../containers/cpio/header.ts'
import { isTarHeader } from '../types/probes.ts'
import { hasArjHeader, hasLhaHeader } from './legacy-headers.ts'
import { canBeBzip2, canBeXz } from './stream-starts.ts'

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
}

const archive = (name: string, hex: string, back: number, verify: Signature['verify']): Signature => ({
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

const hasCabVersion = (b: Buffer, at: number): boolean => b[at + 24] === 3 && b[at + 25] === 1
const hasWimHeader = (b: Buffer, at: number): boolean => b.length >= at + 12 && b.readUInt32LE(at + 8) === 208

const ZIP_METHODS = new Set([0, 1, 6, 8, 9, 12, 14, 93, 95, 98, 99])
/** A local header whose every field is sane. */
function hasLocalHeader(b: Buffer, at: number): boolean {
  // 7-Zip looks at the low byte of the version alone.
  if (b.length < at + 31 || (b[at + 4] as number) > 127 || !ZIP_METHODS.has(b.readUInt16LE(at + 8))) return false
  const length = b.readUInt16LE(at + 26)
  if (length === 0 || length > 1024) return false
  return b.subarray(at + 30, at + 30 + length).every((byte) => byte >= 0x20 && byte !== 0x7f)
}

const hasTarBlock = (b: Buffer, at: number): boolean =>
  at >= 257 && b.length >= at + 255 && isTarHeader(b.subarray(at - 257, at + 255))

const LONGEST_NAME = 1024
/** A header, and a name that ends where it says. */
function hasCpioHeader(b: Buffer, at: number): boolean {
  const header = parseCpioHeader(b.subarray(at))
  if (header === null || header.nameSize < 2 || header.nameSize > LONGEST_NAME) return false
  const name = b.subarray(at + header.length, at + header.length + header.nameSize)
  return name.indexOf(0) === header.nameSize - 1 && name.subarray(0, -1).every((byte) => byte >= 0x20 && byte !== 0x7f)
}

const isGzipHeader = (b: Buffer, at: number): boolean => b.length >= at + 18 && ((b[at + 3] as number) & 0xe0) === 0
const isBzip2Header = (b: Buffer, at: number): boolean =>
  /^BZh[1-9]1AY&SY$/.test(b.toString('latin1', at, at + 10)) && canBeBzip2(b, at)
const isXzHeader = (b: Buffer, at: number): boolean =>
  b.length >= at + 12 && crc32(b.subarray(at + 6, at + 8)) === b.readUInt32LE(at + 8) && canBeXz(b, at)
const isZstdHeader = (b: Buffer, at: number): boolean => b.length >= at + 9 && ((b[at + 4] as number) & 0x08) === 0

/** Long and certain: nothing but OLE2 attachments holds them on purpose. */
export const STRONG: readonly Signature[] = [
  archive('7-Zip', '377abcaf271c', 0, hasSevenZipStart),
  archive('RAR', '526172211a07', 0, hasRarStart),
]
export const ALL: readonly Signature[] = [
  ...STRONG,
  archive('cabinet', '4d53434600000000', 0, hasCabVersion),
  archive('WIM', '4d5357494d000000', 0, hasWimHeader),
  archive('XAR', '78617221001c0001', 0, () => true),
  archive('ISO', '0143443030310100', 32_768, () => true),
  archive('zip', '504b0304', 0, hasLocalHeader),
  archive('tar', Buffer.from('ustar').toString('hex'), 257, hasTarBlock),
  archive('cpio', Buffer.from('07070').toString('hex'), 0, hasCpioHeader),
  archive('cpio', 'c771', 0, hasCpioHeader),
  archive('cpio', '71c7', 0, hasCpioHeader),
  archive('ARJ', '60ea', 0, hasArjHeader),
  archive('LHA', Buffer.from('-l').toString('hex'), 2, hasLhaHeader),
  compressed('gzip', '1f8b08', isGzipHeader),
  compressed('bzip2', Buffer.from('BZh').toString('hex'), isBzip2Header),
  compressed('xz', 'fd377a585a00', isXzHeader),
  compressed('zstd', '28b52ffd', isZstdHeader),
]

const PLAIN = ['1f', Buffer.from('BZh').toString('hex'), '28b52ffd'].map((hex) => Buffer.from(hex, 'hex'))
/** Text without a byte that any of the above needs: four searches for what text does not have cost next to nothing. */
export const isPlain = (bytes: Buffer): boolean =>
  bytes.indexOf(0) === -1 && !PLAIN.some((mark) => bytes.includes(mark))
