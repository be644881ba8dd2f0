import { u16, u32 } from './bytes.ts'

/** A DOS header of 64 bytes whose 0x3C points at the newer header. */
function dosHeader(newHeaderAt: number): Buffer {
  const head = Buffer.alloc(64)
  head.write('MZ', 0, 'latin1')
  head.writeUInt16LE(0x90, 2) // bytes on the last page
  head.writeUInt16LE(3, 4) // pages
  head.writeUInt16LE(4, 8) // header paragraphs
  head.writeUInt16LE(0xffff, 0xc)
  head.writeUInt16LE(0xb8, 0x10)
  head.writeUInt16LE(0x40, 0x18)
  head.writeUInt32LE(newHeaderAt, 0x3c)
  return head
}

/** PE32+ headers with one section; `headerAt` moves PE\0\0, also far beyond any head a scanner may look at. */
export function peFile(options: { headerAt?: number; size?: number } = {}): Buffer {
  const headerAt = options.headerAt ?? 0x80
  const out = Buffer.alloc(Math.max(options.size ?? 0, headerAt + 0x200))
  dosHeader(headerAt).copy(out)
  out.write('PE\0\0', headerAt, 'latin1')
  out.writeUInt16LE(0x8664, headerAt + 4) // AMD64
  out.writeUInt16LE(1, headerAt + 6)
  out.writeUInt16LE(0xf0, headerAt + 20) // size of the optional header
  out.writeUInt16LE(0x22, headerAt + 22)
  out.writeUInt16LE(0x20b, headerAt + 24)
  return out
}

/** A 16-bit Windows program. */
export function neFile(): Buffer {
  const out = Buffer.alloc(0x400)
  dosHeader(0x80).copy(out)
  out.write('NE', 0x80, 'latin1')
  out[0x82] = 5 // linker version
  out.writeUInt16LE(0x40, 0x84) // entry table
  out[0x80 + 0x36] = 2 // target: Windows
  return out
}

/** A DOS program: 512 bytes of image behind a header of two paragraphs, entry at its start. */
export function dosFile(): Buffer {
  const out = Buffer.alloc(0x220)
  out.write('MZ', 0, 'latin1')
  out.writeUInt16LE(0x20, 2)
  out.writeUInt16LE(2, 4)
  out.writeUInt16LE(0, 6)
  out.writeUInt16LE(2, 8)
  out.writeUInt16LE(0x10, 0xa)
  out.writeUInt16LE(0xffff, 0xc)
  out.writeUInt16LE(0x10, 0xe)
  out.writeUInt16LE(0x200, 0x10)
  out.writeUInt16LE(0x1c, 0x18)
  Buffer.from('b8004ccd21', 'hex').copy(out, 0x20) // mov ax,4c00; int 21
  return out
}

export type ElfKind = 'executable' | 'shared' | 'object'
/** An ELF header, 64-bit little-endian unless asked otherwise. */
export function elfFile(options: { kind?: ElfKind; bits?: 32 | 64; bigEndian?: boolean; size?: number } = {}): Buffer {
  const out = Buffer.alloc(options.size ?? 512)
  Buffer.from('7f454c46', 'hex').copy(out)
  out[4] = options.bits === 32 ? 1 : 2
  out[5] = options.bigEndian === true ? 2 : 1
  out[6] = 1
  const type = { object: 1, executable: 2, shared: 3 }[options.kind ?? 'executable']
  const put = (value: number, at: number) =>
    options.bigEndian === true ? out.writeUInt16BE(value, at) : out.writeUInt16LE(value, at)
  put(type, 16)
  put(options.bits === 32 ? 3 : 62, 18)
  if (options.bigEndian === true) out.writeUInt32BE(1, 20)
  else out.writeUInt32LE(1, 20)
  return out
}

/** Linux looks at the type and the machine only: this one runs. */
export function elfUnidentified(): Buffer {
  const out = elfFile()
  out.fill(0, 4, 16)
  out.write('JUNK', 20)
  return out
}

export function machoFile(): Buffer {
  const out = Buffer.alloc(512)
  out.writeUInt32LE(0xfeedfacf, 0)
  out.writeUInt32LE(0x0100000c, 4) // arm64
  out.writeUInt32LE(2, 12) // MH_EXECUTE
  return out
}

export function machoUniversal(): Buffer {
  const out = Buffer.alloc(512)
  out.writeUInt32BE(0xcafebabe, 0)
  out.writeUInt32BE(2, 4)
  return out
}

/** Begins like a universal Mach-O, but the next word is the class file version: data. */
export function javaClass(): Buffer {
  const out = Buffer.alloc(256)
  out.writeUInt32BE(0xcafebabe, 0)
  out.writeUInt32BE(61, 4)
  return out
}

export const lnkFile = (): Buffer =>
  Buffer.concat([Buffer.from('4c0000000114020000000000c000000000000046', 'hex'), Buffer.alloc(100)])

const MSI_CLSID = '84100c0000000000c000000000000046'
/** OLE2 with the root's class id; `directorySector` moves the directory away from the head. */
export function oleFile(options: { clsid?: string; directorySector?: number } = {}): Buffer {
  const sector = options.directorySector ?? 1
  const out = Buffer.alloc(512 * (sector + 2))
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(out)
  u16(0x3e).copy(out, 24)
  u16(3).copy(out, 26)
  u16(0xfffe).copy(out, 28)
  u16(9).copy(out, 30)
  u16(6).copy(out, 32)
  u32(1).copy(out, 44)
  u32(sector).copy(out, 48)
  const root = 512 * (sector + 1)
  Buffer.from('Root Entry', 'utf16le').copy(out, root)
  u16(22).copy(out, root + 64)
  out[root + 66] = 5
  Buffer.from(options.clsid ?? '00'.repeat(16), 'hex').copy(out, root + 80)
  return out
}
export const msiFile = (directorySector = 1): Buffer => oleFile({ clsid: MSI_CLSID, directorySector })

export const htaFile = (): Buffer =>
  Buffer.from('<html><head><HTA:APPLICATION ID="x"></head><script>new ActiveXObject("WScript.Shell")</script></html>\n')

export function isoFile(): Buffer {
  const out = Buffer.alloc(0x9000)
  out[0x8000] = 1
  out.write('CD001', 0x8001, 'latin1')
  out[0x8006] = 1
  return out
}

/** Disk image of macOS: data, then the 512 bytes of the `koly` trailer. */
export function dmgFile(): Buffer {
  const koly = Buffer.alloc(512)
  koly.write('koly', 0, 'latin1')
  koly.writeUInt32BE(4, 4)
  koly.writeUInt32BE(512, 8)
  return Buffer.concat([Buffer.alloc(4096, 7), koly])
}

export const rpmFile = (): Buffer => Buffer.concat([Buffer.from('edabeedb03000000', 'hex'), Buffer.alloc(256)])

/** `ar` members as name and bytes; a Debian package is one that begins with debian-binary. */
export function arOf(members: readonly { name: string; data: Buffer | string }[]): Buffer {
  const parts: Buffer[] = [Buffer.from('!<arch>\n')]
  for (const { name, data } of members) {
    const body = Buffer.from(data)
    parts.push(Buffer.from(`${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}`))
    parts.push(Buffer.from(`${String(body.length).padEnd(10)}\`\n`), body)
    if (body.length % 2 === 1) parts.push(Buffer.from('\n'))
  }
  return Buffer.concat(parts)
}
export const debFile = (): Buffer => arOf([{ name: 'debian-binary', data: '2.0\n' }])
