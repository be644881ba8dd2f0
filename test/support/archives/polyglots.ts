import { u16, u32 } from './bytes.ts'
import { pngFile } from './cae.ts'
import { oleFile, peFile } from './executables.ts'

/** A tar whose first member's name is a DOS header: whole and valid both as a tar and as a program. */
export function tarThatIsPe(tar: Buffer): Buffer {
  const out = Buffer.concat([tar, peFile()])
  out.write('MZ', 0, 'latin1')
  out.writeUInt32LE(tar.length + 0x80, 0x3c)
  // The checksum counts itself as blanks; "six digits, NUL, blank" is how it is written.
  out.write('        ', 148, 'latin1')
  const sum = out.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return out
}

/** A program with the text every linker puts in front of it. */
export function peWithStub(headerAt = 0x100): Buffer {
  const out = peFile({ headerAt })
  out.write('!This program cannot be run in DOS mode.\r\r\n$', 0x4d, 'latin1')
  return out
}

/** An OLE2 document whose package stream holds a file: sizes and names stand in front of its bytes. */
export const oleWithPackage = (file: Buffer): Buffer =>
  Buffer.concat([
    oleFile(),
    u32(file.length + 40),
    u16(2),
    Buffer.from('tool.exe\0C:\\tool.exe\0\0\0\x03\0', 'latin1'),
    file,
    Buffer.alloc(900),
  ])

const gif = Buffer.from('474946383961010001008000000000000000002c00000000010001000002024401003b', 'hex')
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb0003aaffda0003aa11223344ffd9', 'hex')
const pdf = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n')
const riff = (kind: string) => Buffer.concat([Buffer.from('RIFF'), u32(60), Buffer.from(kind), Buffer.alloc(56, 5)])
function bmp(): Buffer {
  const out = Buffer.alloc(70, 3)
  out.write('BM')
  out.writeUInt32LE(70, 2)
  out.writeUInt32LE(0, 6)
  out.writeUInt32LE(54, 10)
  out.writeUInt32LE(40, 14)
  return out
}

/** Whole files whose format says where it ends; `after` is put behind that. */
export const WITH_END: readonly (readonly [name: string, file: (after: Buffer) => Buffer])[] = [
  ['a.png', pngFile],
  ['a.gif', (after) => Buffer.concat([gif, after])],
  ['a.jpg', (after) => Buffer.concat([jpeg, after])],
  ['a.pdf', (after) => Buffer.concat([pdf, after])],
  ['a.bmp', (after) => Buffer.concat([bmp(), after])],
  ['a.wav', (after) => Buffer.concat([riff('WAVE'), after])],
  ['a.webp', (after) => Buffer.concat([riff('WEBP'), after])],
]

/** A Windows object file: one section, symbols behind it. */
export function coffFile(machine = 0x8664): Buffer {
  const out = Buffer.alloc(200)
  out.writeUInt16LE(machine, 0)
  out.writeUInt16LE(1, 2)
  out.writeUInt32LE(100, 8)
  out.writeUInt32LE(3, 12)
  out.write('.text', 20, 'latin1')
  return out
}

export function importEntry(): Buffer {
  const out = Buffer.alloc(80)
  out.writeUInt32LE(0xffff0000, 0)
  out.writeUInt16LE(0x8664, 6)
  out.write('CreateFileW\0KERNEL32.dll\0', 20, 'latin1')
  return out
}

export const bitcodeFile = (): Buffer => Buffer.concat([Buffer.from('4243c0de', 'hex'), Buffer.alloc(100, 1)])
export const xarFile = (): Buffer => Buffer.concat([Buffer.from('78617221001c0001', 'hex'), Buffer.alloc(100)])

export function udfImage(): Buffer {
  const out = Buffer.alloc(0x9000)
  out.write('BEA01', 0x8001, 'latin1')
  return out
}
