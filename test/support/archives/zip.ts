import { crc32, deflateRawSync } from 'node:zlib'
import { toBuffer, u16, u32, u64 } from './bytes.ts'

export type Descriptor = 'signed32' | 'unsigned32' | 'signed64' | 'unsigned64'

/** What a header says; each field may be made to lie. */
export type ZipClaim = {
  name?: string | Buffer
  method?: number
  flags?: number
  crc?: number
  compressedSize?: number
  size?: number
}

export type ZipMember = {
  name: string | Buffer
  data?: Buffer | string
  /** 0 stored, 8 deflate (default); any other number is written over stored bytes. */
  method?: number
  /** Compressed bytes as they shall stand in the file, with `size` and `crc` of what they expand to. */
  raw?: Buffer
  size?: number
  crc?: number
  /** General purpose flags; bit 11 (UTF-8) is set for non-ASCII string names, bit 3 with a descriptor. */
  flags?: number
  descriptor?: Descriptor
  zip64?: boolean
  /** Number of its disk in the zip64 field, which a zip64 member then sends to from the plain one. */
  disk64?: number
  /** Unix mode with type bits, e.g. 0o120777 for a symbolic link. */
  mode?: number
  extra?: Buffer
  comment?: Buffer
  localExtra?: Buffer
  /** Bytes in front of the local header. */
  before?: Buffer
  /** Leave local header and data out and let the directory point at the member of this index. */
  sameAs?: number
  local?: ZipClaim
  central?: ZipClaim
  descriptorClaim?: ZipClaim
}

export type ZipOptions = {
  prefix?: Buffer
  /** Count the prefix into the offsets (as a careful self-extractor does), default true. */
  prefixCounted?: boolean
  beforeDirectory?: Buffer
  comment?: Buffer | string
  suffix?: Buffer
  zip64?: boolean
  entryCount?: number
  directorySize?: number
  directoryOffset?: number
  disk?: number
}

const FULL = 0xffffffff

type Built = {
  member: ZipMember
  zip64: boolean
  name: Buffer
  body: Buffer
  truth: Required<Omit<ZipClaim, 'name'>>
  offset: number
}

function build(member: ZipMember): Built {
  const data = toBuffer(member.data ?? '')
  const method = member.method ?? (data.length === 0 && member.raw === undefined ? 0 : 8)
  const body = member.raw ?? (method === 8 ? deflateRawSync(data) : data)
  const utf8 = typeof member.name === 'string' && /[^\u0000-\u007f]/.test(member.name) ? 0x800 : 0
  const flags = member.flags ?? utf8 | (member.descriptor === undefined ? 0 : 8)
  const size = member.size ?? data.length
  const truth = { method, flags, crc: member.crc ?? crc32(data), compressedSize: body.length, size }
  const zip64 = member.zip64 ?? (size >= FULL || body.length >= FULL)
  return { member, zip64, name: Buffer.from(member.name), body, truth, offset: 0 }
}

function localHeader({ member, zip64, name, truth }: Built): Buffer {
  const hidden = member.descriptor === undefined ? {} : { crc: 0, compressedSize: 0, size: 0 }
  const claim = { ...truth, ...hidden, ...member.local }
  const localName = Buffer.from(member.local?.name ?? name)
  const sizes = zip64 ? Buffer.concat([u16(1), u16(16), u64(claim.size), u64(claim.compressedSize)]) : Buffer.alloc(0)
  const extra = Buffer.concat([sizes, member.localExtra ?? member.extra ?? Buffer.alloc(0)])
  return Buffer.concat([
    u32(0x04034b50),
    ...[zip64 ? 45 : 20, claim.flags, claim.method, 0, 0x5a21].map(u16),
    u32(claim.crc),
    u32(zip64 ? FULL : claim.compressedSize),
    u32(zip64 ? FULL : claim.size),
    u16(localName.length),
    u16(extra.length),
    localName,
    extra,
  ])
}

function descriptorOf({ member, truth }: Built): Buffer {
  if (member.descriptor === undefined) return Buffer.alloc(0)
  const claim = { ...truth, ...member.descriptorClaim }
  const number = member.descriptor.endsWith('64') ? u64 : u32
  const sign = member.descriptor.startsWith('signed') ? u32(0x08074b50) : Buffer.alloc(0)
  return Buffer.concat([sign, u32(claim.crc), number(claim.compressedSize), number(claim.size)])
}

function centralHeader({ member, zip64, name, truth, offset }: Built): Buffer {
  const claim = { ...truth, ...member.central }
  const centralName = Buffer.from(member.central?.name ?? name)
  const disk = member.disk64 === undefined ? [] : [u32(member.disk64)]
  const fields = [u64(claim.size), u64(claim.compressedSize), u64(offset), ...disk]
  const big = zip64 ? [u16(1), u16(24 + 4 * disk.length), ...fields] : []
  const extra = Buffer.concat([...big, member.extra ?? Buffer.alloc(0)])
  const comment = member.comment ?? Buffer.alloc(0)
  return Buffer.concat([
    u32(0x02014b50),
    ...[(3 << 8) | (zip64 ? 45 : 20), zip64 ? 45 : 20, claim.flags, claim.method, 0, 0x5a21].map(u16),
    u32(claim.crc),
    u32(zip64 ? FULL : claim.compressedSize),
    u32(zip64 ? FULL : claim.size),
    ...[centralName.length, extra.length, comment.length, disk.length === 0 ? 0 : 0xffff, 0].map(u16),
    u32(((member.mode ?? (centralName.at(-1) === 0x2f ? 0o40755 : 0o100644)) << 16) >>> 0),
    u32(zip64 ? FULL : offset),
    centralName,
    extra,
    comment,
  ])
}

function endRecords(count: number, size: number, offset: number, at: number, options: ZipOptions): Buffer {
  const comment = toBuffer(options.comment ?? '')
  const zip64 = options.zip64 ?? count >= 0xffff
  const parts: Buffer[] = []
  if (zip64) {
    parts.push(
      u32(0x06064b50),
      u64(44),
      u16(45),
      u16(45),
      u32(0),
      u32(0),
      u64(count),
      u64(count),
      u64(size),
      u64(offset),
    )
    parts.push(u32(0x07064b50), u32(0), u64(at), u32(1))
  }
  const short = zip64 ? { count: 0xffff, size: FULL, offset: FULL } : { count, size, offset }
  const disk = options.disk ?? 0
  parts.push(u32(0x06054b50), u16(disk), u16(disk), u16(short.count), u16(short.count))
  parts.push(u32(short.size), u32(short.offset), u16(comment.length), comment)
  return Buffer.concat(parts)
}

/** A zip, honest unless a member or an option asks it to lie. */
export function zipOf(members: readonly ZipMember[], options: ZipOptions = {}): Buffer {
  const prefix = options.prefix ?? Buffer.alloc(0)
  const parts: Buffer[] = [prefix]
  let at = options.prefixCounted === false ? 0 : prefix.length
  const push = (part: Buffer) => {
    parts.push(part)
    at += part.length
  }
  const built: Built[] = []
  for (const member of members) {
    const entry = build(member)
    built.push(entry)
    const original = member.sameAs === undefined ? undefined : built[member.sameAs]
    if (original !== undefined) {
      entry.offset = original.offset
      entry.truth = original.truth
      continue
    }
    push(member.before ?? Buffer.alloc(0))
    entry.offset = at
    for (const part of [localHeader(entry), entry.body, descriptorOf(entry)]) push(part)
  }
  push(options.beforeDirectory ?? Buffer.alloc(0))
  const directoryAt = options.directoryOffset ?? at
  const directory = Buffer.concat(built.map(centralHeader))
  push(directory)
  const size = options.directorySize ?? directory.length
  push(endRecords(options.entryCount ?? members.length, size, directoryAt, at, options))
  return Buffer.concat([...parts, options.suffix ?? Buffer.alloc(0)])
}

/** The Info-ZIP Unicode Path field (0x7075), which some tools let rename a member. */
export function unicodePathExtra(headerName: string | Buffer, name: string): Buffer {
  const text = Buffer.from(name)
  return Buffer.concat([u16(0x7075), u16(5 + text.length), Buffer.from([1]), u32(crc32(headerName)), text])
}

const field = (id: number, ...parts: readonly Buffer[]): Buffer => {
  const data = Buffer.concat(parts)
  return Buffer.concat([u16(id), u16(data.length), data])
}
const attributes = (mode: number) => u32((mode << 16) >>> 0)

/** libarchive's field (0x6c78) that repeats the directory's attributes: the bitmap, the system, both kinds of attributes. */
export const streamMode = (mode: number): Buffer =>
  field(0x6c78, Buffer.from([7]), u16((3 << 8) | 20), u16(0), attributes(mode))

/** ASi Unix (0x756e): check sum, mode, length of the link, owner, group. */
export function asiMode(mode: number): Buffer {
  const rest = Buffer.concat([u16(mode), u32(0), u16(0), u16(0)])
  return field(0x756e, u32(crc32(rest)), rest)
}
