/** An executable known from its first bytes alone (scan.md §5), or null. */
export function executableAtStart(head: Buffer): string | null {
  if (head.length < 8) return null
  return elf(head) ?? machO(head) ?? windowsShortcut(head) ?? rpm(head)
}

function elf(b: Buffer): string | null {
  if (b.readUInt32BE(0) !== 0x7f454c46 || b.length < 24) return null
  const [wordSize, order] = [b[4] as number, b[5] as number]
  if (wordSize < 1 || wordSize > 2 || order < 1 || order > 2 || b[6] !== 1) return null
  const [type, version] =
    order === 1 ? [b.readUInt16LE(16), b.readUInt32LE(20)] : [b.readUInt16BE(16), b.readUInt32BE(20)]
  if (version !== 1) return null
  const kinds = ['file', 'object file', 'program', 'program or shared library', 'core dump']
  return `Linux ${kinds[type] ?? 'file'} (ELF)`
}

/** Universal Mach-O and Java classes share CAFEBABE: the next word is a number of architectures, or a version from 45 on. */
const MOST_ARCHITECTURES = 30

function machO(b: Buffer): string | null {
  const magic = b.readUInt32BE(0)
  if (magic === 0xcafebabe || magic === 0xcafebabf) {
    const count = b.readUInt32BE(4)
    return count > 0 && count < MOST_ARCHITECTURES ? 'macOS universal program (Mach-O)' : null
  }
  const little = magic === 0xcefaedfe || magic === 0xcffaedfe
  if (!little && magic !== 0xfeedface && magic !== 0xfeedfacf) return null
  if (b.length < 16) return null
  const fileType = little ? b.readUInt32LE(12) : b.readUInt32BE(12)
  return fileType >= 1 && fileType <= 12 ? 'macOS program or library (Mach-O)' : null
}

const LNK = Buffer.from('4c0000000114020000000000c000000000000046', 'hex')
const windowsShortcut = (b: Buffer): string | null =>
  b.subarray(0, LNK.length).equals(LNK) ? 'Windows shortcut (LNK)' : null

const rpm = (b: Buffer): string | null =>
  b.readUInt32BE(0) === 0xedabeedb && (b[4] as number) <= 4 ? 'software package (RPM)' : null

/** HTML that Windows runs with the user's rights; the tag may stand anywhere in its head, but prose about it is prose. */
export const isHta = (head: Buffer): boolean =>
  /^[\s\u00bb\u00bf\u00ef]*</.test(head.toString('latin1', 0, 256)) &&
  /<hta:application[\s>/]/i.test(head.toString('latin1', 0, 64 * 1024))

/** ISO 9660: the volume descriptor lies 32 KiB behind the start. */
export const ISO_AT = 0x8001
export const isIso = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 5) === 'CD001'

/** A Debian package is an `ar` whose first member has this name. */
export const isDeb = (head: Buffer): boolean => head.toString('latin1', 0, 21) === '!<arch>\ndebian-binary'

/** The trailer of a macOS disk image, in the last 512 bytes: 'koly', version 4, length 512. */
export const isDmgTrailer = (tail: Buffer): boolean =>
  tail.length >= 512 &&
  tail.readUInt32BE(tail.length - 512) === 0x6b6f6c79 &&
  tail.readUInt32BE(tail.length - 504) === 512
