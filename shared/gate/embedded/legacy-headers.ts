import { crc32 } from 'node:zlib'

/** ARJ: size, then the header itself, which says how long its first part is and that it is the archive's, then its CRC. */
export function hasArjHeader(b: Buffer, at: number): boolean {
  const size = b.length < at + 4 ? 0 : b.readUInt16LE(at + 2)
  if (size < 30 || size > 2600 || b.length < at + size + 8) return false
  if ((b[at + 4] as number) < 30 || (b[at + 4] as number) > size || b[at + 10] !== 2) return false
  return crc32(b.subarray(at + 4, at + 4 + size)) === b.readUInt32LE(at + 4 + size)
}

/** LHA: `at` is where "-lh5-" or the like stands, two bytes behind the start; the second byte is the sum of the header. */
export function hasLhaHeader(b: Buffer, at: number): boolean {
  const start = at - 2
  if (
    b[at] !== 0x2d ||
    start < 0 ||
    b.length < start + 22 ||
    !/^-l[hz][0-9ds]-$/.test(b.toString('latin1', at, at + 5))
  )
    return false
  const level = b[start + 20] as number
  if (level === 2) return b.readUInt16LE(start) >= 26 && b.readUInt16LE(start) < 4096
  const size = b[start] as number
  const sum = b.subarray(start + 2, start + 2 + size).reduce((total, byte) => total + byte, 0)
  return level < 2 && size >= 20 && (sum & 0xff) === b[start + 1]
}
