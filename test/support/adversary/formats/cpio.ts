/** "new" is the form of SVR4, "sum" the same with a sum of the data, "old" POSIX' own, "afio" its form for large files. */
export type CpioForm = 'new' | 'sum' | 'old' | 'afio' | 'little' | 'big'
export type CpioMember = { readonly name: string; readonly data: Buffer; readonly mode?: number; readonly sum?: number }

type Entry = Required<CpioMember> & { readonly inode: number }

const ALIGN: Readonly<Record<CpioForm, number>> = { new: 4, sum: 4, old: 1, afio: 1, little: 2, big: 2 }
const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
const digits = (value: number, count: number) => value.toString(16).padStart(count, '0')

function newHeader(magic: string, { name, data, mode, inode, sum }: Entry): Buffer {
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, sum]
  return Buffer.from(`${magic}${fields.map((field) => digits(field, 8)).join('')}`)
}

function oldHeader({ name, data, mode, inode }: Entry): Buffer {
  const fields = [0, inode, mode, 0, 0, 1, 0].map((field) => octal(field, 6)).join('')
  return Buffer.from(`070707${fields}${octal(0, 11)}${octal(Buffer.byteLength(name) + 1, 6)}${octal(data.length, 11)}`)
}

function afioHeader({ name, data, mode, inode }: Entry): Buffer {
  const head = `070727${digits(0, 8)}${digits(inode, 16)}m${digits(mode, 6)}${digits(0, 8).repeat(4)}${digits(0, 16)}n`
  return Buffer.from(`${head}${digits(Buffer.byteLength(name) + 1, 4)}${digits(0, 8)}s${digits(data.length, 16)}:`)
}

function binaryHeader(isLittle: boolean, { name, data, mode, inode }: Entry): Buffer {
  const size = [data.length >>> 16, data.length & 0xffff]
  const words = [0o070707, 0, inode, mode, 0, 0, 1, 0, 0, 0, Buffer.byteLength(name) + 1, ...size]
  const out = Buffer.alloc(26)
  for (const [i, word] of words.entries()) {
    if (isLittle) out.writeUInt16LE(word, 2 * i)
    else out.writeUInt16BE(word, 2 * i)
  }
  return out
}

function headerOf(form: CpioForm, entry: Entry): Buffer {
  if (form === 'old') return oldHeader(entry)
  if (form === 'afio') return afioHeader(entry)
  if (form === 'new' || form === 'sum') return newHeader(form === 'new' ? '070701' : '070702', entry)
  return binaryHeader(form === 'little', entry)
}

const sumOf = (data: Buffer): number => data.reduce((sum, byte) => sum + byte, 0)

/** One member as it stands in the file; `mode` may make it a link or a device, `sum` a lie. */
export function cpioEntry({ name, data, mode, sum }: CpioMember, form: CpioForm, inode: number): Buffer {
  const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (ALIGN[form] - 1))])
  const own = sum ?? (form === 'sum' ? sumOf(data) : 0)
  const header = headerOf(form, { name, data, mode: mode ?? 0o100644, inode, sum: own })
  return Buffer.concat([padded(Buffer.concat([header, Buffer.from(`${name}\0`)])), padded(data)])
}

export const cpioTrailer = (form: CpioForm): Buffer =>
  cpioEntry({ name: 'TRAILER!!!', data: Buffer.alloc(0), mode: 0 }, form, 0)

export const cpioOf = (members: readonly CpioMember[], form: CpioForm = 'new'): Buffer =>
  Buffer.concat([...members.map((member, i) => cpioEntry(member, form, i + 1)), cpioTrailer(form)])
