import { elfIn } from './elf.ts'

/** An executable known from its first bytes alone (scan.md §5), or null. */
export function executableAtStart(head: Buffer): string | null {
  if (head.length < 8) return null
  return elfIn(head) ?? machO(head) ?? windowsShortcut(head) ?? coff(head) ?? bitcode(head) ?? rpm(head) ?? xar(head)
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
  b[0] === LNK[0] && b.subarray(0, LNK.length).equals(LNK) ? 'Windows shortcut (LNK)' : null

/** x86, x86-64, ARM Thumb-2, ARM64: what compilers for Windows write. */
const COFF_MACHINES = new Set([0x014c, 0x8664, 0x01c4, 0xaa64])
const BIG_OBJ = Buffer.from('c7a1bad1eebaa94baf20faf66aa4dcb8', 'hex')

/**
 * Object files of Windows compilers. Their header begins with a mere machine number, so everything else must fit: no optional
 * header, a table of symbols behind the table of sections, and a first section whose name begins with a dot.
 */
function coff(b: Buffer): string | null {
  if (b.readUInt32LE(0) === 0xffff0000) return coffWithoutMachine(b)
  if (!COFF_MACHINES.has(b.readUInt16LE(0)) || b.length < 60) return null
  const [sections, symbolsAt, symbols] = [b.readUInt16LE(2), b.readUInt32LE(8), b.readUInt32LE(12)]
  if (sections === 0 || sections > 0xfeff || b.readUInt16LE(16) !== 0) return null
  if (symbols === 0 ? symbolsAt !== 0 : symbolsAt < 20 + 40 * sections) return null
  return /^\.[a-z][\w.$]*\0*$/.test(b.toString('latin1', 20, 28)) ? 'Windows object file (COFF)' : null
}

/** The two kinds that say "no machine" first: entries of an import library, and objects with very many sections. */
function coffWithoutMachine(b: Buffer): string | null {
  if (b.length < 28 || !COFF_MACHINES.has(b.readUInt16LE(6))) return null
  if (b.readUInt16LE(4) >= 2) return b.subarray(12, 28).equals(BIG_OBJ) ? 'Windows object file (COFF)' : null
  const named = /^[\x21-\x7e]+\0/.test(b.toString('latin1', 20, 84))
  return named && (b.readUInt16LE(18) & 0xffe0) === 0 ? 'Windows import library entry (COFF)' : null
}

/** What compilers write instead of machine code for link-time optimisation: a linker makes a program of it. */
const bitcode = (b: Buffer): string | null =>
  b.readUInt32BE(0) === 0x4243c0de || b.readUInt32LE(0) === 0x0b17c0de ? 'object file (LLVM bitcode)' : null

const xar = (b: Buffer): string | null =>
  b.readUInt32BE(0) === 0x78617221 && b.readUInt16BE(4) >= 28 && b.readUInt16BE(6) === 1
    ? 'macOS installer package (XAR)'
    : null

const rpm = (b: Buffer): string | null =>
  b.readUInt32BE(0) === 0xedabeedb && (b[4] as number) <= 4 ? 'software package (RPM)' : null

/** HTML that Windows runs with the user's rights; the tag may stand anywhere in its head, but prose about it is prose. */
export const isHta = (head: Buffer): boolean =>
  beginsWithTag(head) && /<hta:application[\s>/]/i.test(head.toString('latin1', 0, 64 * 1024).replaceAll('\0', ''))

/** White space, the bytes of a mark, and the zeros of UTF-16. */
const BEFORE_TAG: ReadonlySet<number> = new Set([0, 0xfe, 0xff, 9, 10, 11, 12, 13, 32, 0xa0, 0xbb, 0xbf, 0xef])
function beginsWithTag(head: Buffer): boolean {
  const end = Math.min(256, head.length)
  for (let at = 0; at < end; at++) {
    if (head[at] === 0x3c) return true
    if (!BEFORE_TAG.has(head[at] as number)) return false
  }
  return false
}

/** ISO 9660 and UDF: the first volume descriptor lies 32 KiB behind the start. */
export const ISO_AT = 0x8001
export const isIso = (bytes: Buffer): boolean => /^(?:CD001|BEA01|NSR0[23])/.test(bytes.toString('latin1', 0, 5))

/** A Debian package is an `ar` whose first member has this name. */
export const isDeb = (head: Buffer): boolean =>
  head[0] === 0x21 && head.toString('latin1', 0, 21) === '!<arch>\ndebian-binary'

/** The trailer of a macOS disk image, in the last 512 bytes: 'koly', version 4, length 512. */
export const isDmgTrailer = (tail: Buffer): boolean =>
  tail.length >= 512 &&
  tail.readUInt32BE(tail.length - 512) === 0x6b6f6c79 &&
  tail.readUInt32BE(tail.length - 504) === 512
