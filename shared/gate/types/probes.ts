import { beginsAsCpio } from '../containers/cpio/header.ts'
import { firstBytesOf } from './first-bytes.ts'
import type { Sample } from './sample.ts'

/** Whether a sample is of a format. Probes look at the head only, and never run longer for a larger file. */
export type Probe = ((sample: Sample) => boolean) & Needs

/** What must hold for a probe to say yes, where that is known: a case has thousands of files, and most probes need not be asked. */
type Needs = {
  /** Values of the first byte. */
  readonly first?: ReadonlySet<number>
  readonly onlyText?: boolean
}
const needing = (probe: (sample: Sample) => boolean, needs: Needs): Probe => Object.assign(probe, needs)

/** Whether a sample may be of a format at all. */
export const mayBe = ({ first, onlyText }: Needs, firstByte: number, isText: boolean): boolean =>
  (first === undefined || first.has(firstByte)) && (isText || onlyText !== true)

const bytesAt = (wanted: Buffer, at: number): Probe =>
  needing((sample) => sample.startsWith(wanted, at), at === 0 ? { first: new Set([wanted[0] as number]) } : {})

/** Bytes at an offset, as text or as hex pairs. */
export const magic = (bytes: string, at = 0): Probe => bytesAt(Buffer.from(bytes, 'latin1'), at)
export const hex = (pairs: string, at = 0): Probe => bytesAt(Buffer.from(pairs.replaceAll(' ', ''), 'hex'), at)

/** A little-endian word at an offset that has one of the values. */
export const u32 = (at: number, ...values: readonly number[]): Probe =>
  needing(
    ({ head }) => head.length >= at + 4 && values.includes(head.readUInt32LE(at)),
    at === 0 ? { first: new Set(values.map((value) => value & 0xff)) } : {},
  )

/** A pattern in the first `within` characters of text; anchored patterns keep it cheap. */
export const text = (wanted: RegExp, within = 256): Probe => {
  const fits = pattern(wanted, within)
  return needing((sample) => sample.isText && fits(sample), { ...begin(wanted), onlyText: true })
}

/** The same on content that may be binary behind a text header. */
export const pattern = (wanted: RegExp, within = 256): Probe => {
  const isTag = wanted.source.startsWith('<')
  return needing((sample) => (!isTag || sample.mayHoldTags) && wanted.test(sample.text.slice(0, within)), begin(wanted))
}

function begin(wanted: RegExp): Needs {
  const first = firstBytesOf(wanted)
  return first === undefined ? {} : { first }
}

/** A probe that can only say yes behind one of these bytes. */
export const behind = (first: readonly number[], probe: (sample: Sample) => boolean): Probe =>
  needing(probe, { first: new Set(first) })

/** Words that must all stand somewhere in the head, e.g. the link names of an HDF5 file. */
export const contains = (...words: readonly string[]): Probe => {
  const wanted = words.map((word) => Buffer.from(word, 'latin1'))
  return (sample) => wanted.every((word) => sample.head.includes(word))
}

export const all = (...probes: readonly Probe[]): Probe => {
  const first = probes.find((probe) => probe.first !== undefined)?.first
  const onlyText = probes.some((probe) => probe.onlyText === true)
  return needing(
    (sample) => probes.every((probe) => probe(sample)),
    first === undefined ? { onlyText } : { onlyText, first },
  )
}
export const any = (...probes: readonly Probe[]): Probe => {
  const known = probes.every((probe) => probe.first !== undefined)
  const first = known ? { first: new Set(probes.flatMap((probe) => [...(probe.first ?? [])])) } : {}
  return needing((sample) => probes.some((probe) => probe(sample)), {
    ...first,
    onlyText: probes.every((probe) => probe.onlyText === true),
  })
}

const HDF5 = Buffer.from('894844460d0a1a0a', 'hex')
/** At 0, or behind a user block of 512·2^k bytes. */
export const hdf5: Probe = (sample) => {
  if (sample.startsWith(HDF5)) return true
  for (let at = 512; at < sample.head.length; at *= 2) if (sample.startsWith(HDF5, at)) return true
  return false
}

/** Binary STL has no magic, but its size follows from the number of triangles. */
export const binaryStl: Probe = ({ head, size }) =>
  size !== null && head.length >= 84 && size === 84 + 50 * head.readUInt32LE(80)

/** gzip, deflate, no reserved flag (RFC 1952). */
export const gzip: Probe = behind(
  [0x1f],
  ({ head }) => head.length >= 10 && head.readUIntBE(0, 3) === 0x1f8b08 && ((head[3] as number) & 0xe0) === 0,
)

/** What a check sum may begin with: digits, what stands before them, and the mark of a binary number. */
const IN_SUM: ReadonlySet<number> = new Set(Buffer.from(' \0\t\n\v\f\r01234567o\x80', 'latin1'))

/** The header block's checksum over unsigned or signed bytes, as both kinds of writers exist. */
export const tar: Probe = ({ head }) => head.length >= 512 && isTarHeader(head.subarray(0, 512))

export const isTarHeader = (block: Buffer): boolean => tarCheckSum(block) !== null

/**
 * How a block says the check sum of a tar header, null if it does not. In plain octal every tool reads it; GNU tar, bsdtar and
 * Python each take some other forms as well, which count where the rest looks like a header.
 */
export function tarCheckSum(block: Buffer): 'plain' | 'odd' | null {
  // Nearly all content ends here: an octal digit, a blank or a zero, and one of the last two behind the digits.
  if (!IN_SUM.has(block[148] as number) || !IN_SUM.has(block[149] as number)) return null
  const field = block.toString('latin1', 148, 156)
  const plain = /^[ \0]*([0-7]{1,8})(?:[ \0]|$)/.exec(field)?.[1]
  if (plain !== undefined) return isSumOf(block, Number.parseInt(plain, 8)) ? 'plain' : null
  const odd = /^[\s\0]*(?:0o)?([0-7]+)/.exec(field)?.[1]
  const isBinary = block[148] === 0x80
  if (!isBinary && odd === undefined) return null
  const value = isBinary ? block.readUIntBE(150, 6) : Number.parseInt(odd ?? '', 8)
  return isSumOf(block, value) && hasTarFields(block) ? 'odd' : null
}

function isSumOf(block: Buffer, wanted: number): boolean {
  let sum = 8 * 0x20
  let high = 0
  for (let i = 0; i < 512; i++) {
    if (i >= 148 && i < 156) continue
    const byte = block[i] as number
    sum += byte
    if (byte > 127) high++
  }
  // A block of zeros has the sum of the blanks alone: the end of an archive, not a header.
  return wanted > 256 && (wanted === sum || wanted === sum - 256 * high)
}

const hasTarFields = (block: Buffer): boolean =>
  block.toString('latin1', 257, 262) === 'ustar' ||
  (/^[ \0]*[0-7]+[ \0]*$/.test(block.toString('latin1', 100, 108)) &&
    /^[ \0]*[0-7]+[ \0]*$/.test(block.toString('latin1', 124, 136)))

/** An archive without members is nothing but its end: two zero blocks, filled up as far as the writer fills up. */
export const emptyTar: Probe = ({ head }) => head.length >= 1024 && head.every((byte) => byte === 0)

const MOST_PROPERTIES = 9 * 5 * 5
/** .lzma has no magic: properties, a dictionary of 2^n or 2^n+2^(n-1) or all bits, and a size that is unknown or sane. */
export const lzma: Probe = ({ head }) => isLzmaHeader(head)
export function isLzmaHeader(head: Buffer): boolean {
  if (head.length < 14 || (head[0] as number) >= MOST_PROPERTIES || head[13] !== 0) return false
  const dictionary = head.readUInt32LE(1)
  const [low, high] = [head.readUInt32LE(5), head.readUInt32LE(9)]
  const isPlausible = dictionary === 0xffffffff || /^1?1?0*$/.test(dictionary.toString(2))
  return isPlausible && ((low === 0xffffffff && high === 0xffffffff) || high < 0x1000000)
}

/** The same as nearly all writers make it, so that it can be tried under any name. */
export const lzmaAlone: Probe = behind([0x5d], (sample) => {
  const { head } = sample
  return (
    head[0] === 0x5d &&
    lzma(sample) &&
    head.readUInt32LE(1) >= 4096 &&
    (head.readUInt32LE(9) < 256 || head[12] === 0xff)
  )
})

const SKIPPABLE = 0x184d2a50
const LZ4 = 0x184d2204
/** Of `lz4 -l`: nothing must stand behind it. */
const LEGACY_LZ4 = 0x184c2102
const isSkippable = (head: Buffer, at: number): boolean => (head.readUInt32LE(at) & 0xfffffff0) >>> 0 === SKIPPABLE

/** zstd and lz4 share skippable frames: what is behind them tells, and where that cannot be seen they are taken for zstd. */
export function behindSkippable(head: Buffer): number {
  let at = 0
  while (at + 8 <= head.length && isSkippable(head, at)) at += 8 + head.readUInt32LE(at + 4)
  return at
}
const isLegacyLz4 = (head: Buffer, at: number): boolean => at + 4 <= head.length && head.readUInt32LE(at) === LEGACY_LZ4
const lz4BehindSkippable = (head: Buffer): boolean => {
  const at = behindSkippable(head)
  return at > 0 && (isLegacyLz4(head, at) || (at + 7 <= head.length && head.readUInt32LE(at) === LZ4))
}
/** The first byte of skippable frames. */
const SKIPPABLE_FIRST = Array.from({ length: 16 }, (_, i) => (SKIPPABLE & 0xff) + i)
export const zstd: Probe = behind(
  [0x28, ...SKIPPABLE_FIRST],
  ({ head }) =>
    head.length >= 8 &&
    (head.readUInt32LE(0) === 0xfd2fb528 || (isSkippable(head, 0) && head.length > 12 && !lz4BehindSkippable(head))),
)
export const lz4: Probe = behind(
  [0x04, 0x02, ...SKIPPABLE_FIRST],
  ({ head }) =>
    isLegacyLz4(head, 0) ||
    (head.length >= 7 &&
      ((head.readUInt32LE(0) === LZ4 && ((head[4] as number) & 0xc0) === 0x40) || lz4BehindSkippable(head))),
)

export const bzip2: Probe = behind(
  [0x42],
  ({ head }) => head.length >= 10 && /^BZh[1-9](1AY&SY|\x17rE8P\x90)/.test(head.toString('latin1', 0, 10)),
)

/** compress(1): two bytes are weak, so its flags must be sane as well. */
export const compress: Probe = behind([0x1f], ({ head }) => {
  const flags = head[2] ?? 0
  return (
    head.length > 3 &&
    head.readUInt16BE(0) === 0x1f9d &&
    (flags & 0x60) === 0 &&
    (flags & 0x1f) >= 9 &&
    (flags & 0x1f) <= 16
  )
})

/** Digits in all forms but the binary one, whose word stands in either byte order. */
export const cpio: Probe = behind([0x30, 0xc7, 0x71], ({ head }) => beginsAsCpio(head))
