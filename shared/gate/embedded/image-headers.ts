const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0

/** ext2 to ext4: `at` is where its magic stands in the superblock, at byte 56. */
export function isExtBlock(b: Buffer, at: number): boolean {
  const block = at - 56
  if (block < 0 || b.length < block + 0x60) return false
  const word = (offset: number) => b.readUInt32LE(block + offset)
  const [blockLog, perGroup, inodesPerGroup] = [word(24), word(32), word(40)]
  const isSized = word(0) > 0 && word(4) > 0 && word(20) <= 1 && blockLog <= 6
  const isGrouped = perGroup > 0 && perGroup <= 8 * 2 ** (10 + blockLog) && inodesPerGroup > 0
  return isSized && isGrouped && inodesPerGroup <= word(0)
}

/** FAT: `at` is where 55 AA stands, at byte 510. */
export function isFatBlock(b: Buffer, at: number): boolean {
  const block = at - 510
  if (block < 0 || (b[block] !== 0xe9 && (b[block] !== 0xeb || b[block + 2] !== 0x90))) return false
  const sector = b.readUInt16LE(block + 11)
  const copies = b[block + 16] as number
  const isSized = isPowerOfTwo(sector) && sector >= 512 && sector <= 4096 && isPowerOfTwo(b[block + 13] as number)
  return isSized && copies >= 1 && copies <= 4 && b.readUInt16LE(block + 14) > 0
}

/** `at` is where the name stands, at byte 3. */
export const isNtfsBlock = (b: Buffer, at: number): boolean =>
  b.length >= at + 509 && b.readUInt16BE(at + 507) === 0x55aa && isPowerOfTwo(b.readUInt16LE(at + 8))

/** SquashFS 1 to 4, in either byte order. */
export function isSquashBlock(b: Buffer, at: number): boolean {
  if (b.length < at + 96) return false
  const major = b[at] === 0x68 ? b.readUInt16LE(at + 28) : b.readUInt16BE(at + 28)
  return major >= 1 && major <= 4
}

/** HFS+ and HFSX: `at` is where the volume header begins. */
export const isHfsPlus = (b: Buffer, at: number): boolean => {
  if (b.length < at + 48) return false
  const block = b.readUInt32BE(at + 40)
  return isPowerOfTwo(block) && block >= 512 && b.readUInt32BE(at + 44) > 0
}

/** HFS around HFS+, whose mark then stands at byte 124. */
export const isHfsWrapper = (b: Buffer, at: number): boolean =>
  b.length >= at + 126 && b.readUInt16BE(at + 124) === 0x482b && b.readUInt32BE(at + 20) % 512 === 0

/** APFS: `at` is where the magic stands, at byte 32 of an object of type 1. */
export const isApfs = (b: Buffer, at: number): boolean =>
  at >= 8 && b.length >= at + 8 && b.readUInt16LE(at - 8) === 1 && isPowerOfTwo(b.readUInt32LE(at + 4))

/** A Java class has its version where the number of programs would be, and begins at 45. */
export function isMachUniversal(b: Buffer, at: number): boolean {
  const count = b[at + 7] as number
  if (b.length < at + 28 || count === 0 || count > 30) return false
  const [offset, size, align] = [b.readUInt32BE(at + 16), b.readUInt32BE(at + 20), b.readUInt32BE(at + 24)]
  return offset >= 28 && size > 0 && align < 32
}

export const isRpmLead = (b: Buffer, at: number): boolean =>
  b.length >= at + 96 && [3, 4].includes(b[at + 4] as number) && b.readUInt16BE(at + 6) <= 1

/** PPMd of variant H or I: attributes, figures of the model, a name. */
export function isPpmd(b: Buffer, at: number): boolean {
  if (b.length < at + 17) return false
  const [info, length] = [b.readUInt16LE(at + 8), b.readUInt16LE(at + 10) & 0x3fff]
  const version = info >> 12
  if (version < 6 || version > 11 || (info & 15) === 0 || length === 0 || length > 512) return false
  return b.subarray(at + 16, at + 16 + length).every((byte) => byte >= 0x20)
}

/** QCOW 1 to 3: big-endian words, and clusters of 512 bytes or more. */
export function isQcow(b: Buffer, at: number): boolean {
  if (b.length < at + 40) return false
  const [version, clusterBits] = [b.readUInt32BE(at + 4), b.readUInt32BE(at + 20)]
  return version === 1 || ((version === 2 || version === 3) && clusterBits >= 9 && clusterBits <= 30)
}

/** `at` is where the signature stands, at byte 64: version 0 or 1, a kind of a few. */
export const isVdi = (b: Buffer, at: number): boolean =>
  b.length >= at + 16 && b.readUInt16LE(at + 6) <= 1 && b.readUInt32LE(at + 12) <= 16

export const isVmdk = (b: Buffer, at: number): boolean => b.length >= at + 8 && b.readUInt32LE(at + 4) <= 3

/** Its footer, or the copy of it in front: a fixed, dynamic or differencing disk. */
export function isVhdFooter(b: Buffer, at: number): boolean {
  const kind = b.length >= at + 64 ? b.readUInt32BE(at + 60) : 0
  return kind >= 2 && kind <= 4
}
