import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { u32 } from './bytes.ts'
import { type ZipMember, zipOf } from './zip.ts'

const MIB = 1024 * 1024

/** CRC-32 of a block repeated n times, by the matrix of its length (zlib's crc32_combine), so 10 GiB cost nothing. */
export function crcRepeated(blockCrc: number, blockLength: number, times: number): number {
  let crc = 0
  for (let i = 0; i < times; i++) crc = combine(crc, blockCrc, blockLength)
  return crc >>> 0
}

const multiply = (matrix: readonly number[], vector: number): number => {
  let sum = 0
  for (let i = 0, bits = vector >>> 0; bits !== 0; i++, bits >>>= 1) if ((bits & 1) !== 0) sum ^= matrix[i] as number
  return sum >>> 0
}
const shifts = new Map<number, readonly number[]>()
function shiftBy(bytes: number): readonly number[] {
  const known = shifts.get(bytes)
  if (known !== undefined) return known
  // One zero bit: the polynomial in row 0, a shift in the others; squaring doubles the bits.
  let power: number[] = [0xedb88320, ...Array.from({ length: 31 }, (_, i) => 2 ** i)]
  const square = (m: readonly number[]) => m.map((row) => multiply(m, row))
  for (let i = 0; i < 3; i++) power = square(power)
  let result: number[] = Array.from({ length: 32 }, (_, i) => 2 ** i)
  for (let n = bytes; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result = result.map((row) => multiply(power, row))
    power = square(power)
  }
  shifts.set(bytes, result)
  return result
}
const combine = (a: number, b: number, lengthOfB: number): number => (multiply(shiftBy(lengthOfB), a) ^ b) >>> 0

/** One deflate stream of `expanded` zero bytes (a multiple of 16 MiB), a compressed block repeated behind full flushes. */
export function deflatedZeros(expanded: number): { raw: Buffer; size: number; crc: number } {
  const block = Buffer.alloc(16 * MIB)
  const times = Math.max(1, Math.round(expanded / block.length))
  const part = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH, level: 9 })
  const raw = Buffer.concat([...Array.from({ length: times }, () => part), Buffer.from([3, 0])]) // 03 00: the last, empty block
  return { raw, size: times * block.length, crc: crcRepeated(crc32(block), block.length, times) }
}

/** An honest bomb: declares what it expands to; 10 GiB of zeros in about 10 MB by default. */
export function zipBomb(options: { expanded?: number; name?: string } = {}): Buffer {
  return zipOf([{ name: options.name ?? 'zeros.dat', ...deflatedZeros(options.expanded ?? 10 * 1024 * MIB) }])
}

/** Says 1 kB, inflates without end. */
export function zipThatDeclaresLess(expanded = 64 * MIB): Buffer {
  const zeros = deflatedZeros(expanded)
  return zipOf([{ name: 'small.dat', ...zeros, size: 1000 }])
}

/** Says 1 MiB, holds 1 kB. */
export const zipThatDeclaresMore = (): Buffer =>
  zipOf([{ name: 'large.dat', raw: deflateRawSync(Buffer.alloc(1000)), size: MIB, crc: crc32(Buffer.alloc(1000)) }])

/** Fifield's way: many directory lines over one kernel, here simply the same local header again and again. */
export function zipOfOverlaps(copies = 50): Buffer {
  const kernel: ZipMember = { name: 'kernel.dat', data: Buffer.alloc(MIB) }
  const others = Array.from({ length: copies }, (_, i): ZipMember => ({ name: `copy-${i}.dat`, sameAs: 0 }))
  return zipOf([kernel, ...others])
}

/** Zips in zips: each level holds `width` copies of the one below. */
export function zipNested(levels: number, innermost: ZipMember, width = 1): Buffer {
  let member = innermost
  for (let level = levels; level > 1; level--)
    member = { name: `level-${level}.zip`, data: zipOf(copies(member, width)) }
  return zipOf(copies(member, width))
}
const copies = (member: ZipMember, width: number): ZipMember[] =>
  Array.from({ length: width }, (_, i) => ({ ...member, name: width === 1 ? member.name : `${i}-${member.name}` }))

export const zipOfManyEntries = (count: number): Buffer =>
  zipOf(Array.from({ length: count }, (_, i) => ({ name: `${i}.txt`, data: '', method: 0 })))

/** gzip of `expanded` zero bytes in one frame; the trailer's size is taken modulo 2^32 as the format says. */
export function gzipBomb(expanded: number): Buffer {
  const { raw, size, crc } = deflatedZeros(expanded)
  const head = gzipSync(Buffer.alloc(0)).subarray(0, 10)
  return Buffer.concat([head, raw, u32(crc), u32(size % 2 ** 32)])
}
