import { crc32, deflateRawSync } from 'node:zlib'
import { toBuffer, u16, u32 } from './bytes.ts'

export type TarMember = {
  name: string | Buffer
  data?: Buffer | string
  /** '0' file, '1' hard link, '2' symbolic link, '3' '4' devices, '5' directory, '6' FIFO, 'x' 'g' pax, 'L' 'K' GNU. */
  type?: string
  link?: string
  /** What the header says, if it shall not be the truth. */
  size?: number
  /** Write the size in base-256 as GNU tar does above 8 GiB. */
  base256?: boolean
  /** pax records put in front of the member. */
  pax?: Readonly<Record<string, string>>
  /** A name longer than the field goes into a GNU 'L' header in front. */
  gnuLongName?: string
  magic?: 'ustar' | 'gnu' | 'v7'
  prefix?: string
  badChecksum?: boolean
  /** Writes further fields of the header before the checksum is taken. */
  patch?: (header: Buffer) => void
}
export type TarOptions = {
  /** The two zero blocks, and padding to 10,240 bytes; default true. */
  end?: boolean
  afterEnd?: Buffer
}

const BLOCK = 512
const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)])
const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`

function header(member: TarMember, size: number): Buffer {
  const out = Buffer.alloc(BLOCK)
  Buffer.from(member.name).subarray(0, 100).copy(out)
  out.write(`${octal(member.type === '5' ? 0o755 : 0o644, 8)}${octal(0, 8)}${octal(0, 8)}`, 100, 'latin1')
  const stated = member.size ?? size
  if (member.base256 === true) {
    out[124] = 0x80
    out.writeBigUInt64BE(BigInt(stated), 128)
  } else out.write(octal(stated, 12), 124, 'latin1')
  out.write(octal(0, 12), 136, 'latin1')
  out.write(member.type ?? '0', 156, 'latin1')
  out.write(member.link ?? '', 157, 100, 'utf8')
  const magic = member.magic ?? 'ustar'
  if (magic !== 'v7') out.write(magic === 'gnu' ? 'ustar  \0' : 'ustar\x0000', 257, 'latin1')
  out.write(member.prefix ?? '', 345, 155, 'utf8')
  member.patch?.(out)
  out.fill(0x20, 148, 156)
  const sum = out.reduce((total, byte) => total + byte, 0) + (member.badChecksum === true ? 1 : 0)
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return out
}

export function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    const bytes = Buffer.byteLength(rest)
    let length = bytes + 1
    while (String(length).length + bytes !== length) length = String(length).length + bytes
    return Buffer.from(`${length}${rest}`)
  })
  return Buffer.concat(lines)
}

function blocksOf(member: TarMember): Buffer[] {
  const data = toBuffer(member.data ?? '')
  const parts: Buffer[] = []
  if (member.pax !== undefined) {
    const records = paxRecords(member.pax)
    parts.push(header({ name: 'PaxHeaders/x', type: 'x' }, records.length), padded(records))
  }
  if (member.gnuLongName !== undefined) {
    const name = Buffer.from(`${member.gnuLongName}\0`)
    parts.push(header({ name: '././@LongLink', type: 'L', magic: 'gnu' }, name.length), padded(name))
  }
  parts.push(header(member, data.length), padded(data))
  return parts
}

/** A tar archive in ustar form, honest unless a member asks it to lie. */
export function tarOf(members: readonly TarMember[], options: TarOptions = {}): Buffer {
  const body = Buffer.concat(members.flatMap(blocksOf))
  if (options.end === false) return Buffer.concat([body, options.afterEnd ?? Buffer.alloc(0)])
  const rest = 10_240 - ((body.length + 2 * BLOCK) % 10_240)
  return Buffer.concat([body, Buffer.alloc(2 * BLOCK + (rest % 10_240)), options.afterEnd ?? Buffer.alloc(0)])
}

export type GzipOptions = { name?: string; crc?: number; size?: number; headerCrc?: boolean; comment?: string }
/** One gzip frame (RFC 1952); frames may be concatenated. */
export function gzipOf(data: Buffer | string, options: GzipOptions = {}): Buffer {
  const body = toBuffer(data)
  const text = (value: string | undefined) => (value === undefined ? Buffer.alloc(0) : Buffer.from(`${value}\0`))
  const flags = (options.name === undefined ? 0 : 8) | (options.comment === undefined ? 0 : 16)
  const head = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, flags | (options.headerCrc === true ? 2 : 0), 0, 0, 0, 0, 0, 3]),
    text(options.name),
    text(options.comment),
  ])
  const check = options.headerCrc === true ? u16(crc32(head) & 0xffff) : Buffer.alloc(0)
  const trailer = [u32(options.crc ?? crc32(body)), u32(options.size ?? body.length)]
  return Buffer.concat([head, check, deflateRawSync(body), ...trailer])
}
