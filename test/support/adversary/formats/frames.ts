import { crc32 } from 'node:zlib'
import { u32 } from '../../archives/bytes.ts'

/** `data` in pieces of at most `size` bytes; an empty one is one empty piece. */
const pieces = (data: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.max(1, Math.ceil(data.length / size)) }, (_, i) => data.subarray(i * size, (i + 1) * size))

const u24 = (value: number): Buffer => u32(value).subarray(0, 3)

/** One zstd frame of raw blocks (RFC 8878), a window of 128 KiB. */
export function zstdOf(data: Buffer): Buffer {
  const blocks = pieces(data, 128 * 1024)
  const body = blocks.flatMap((block, i) => [u24((block.length << 3) | (i === blocks.length - 1 ? 1 : 0)), block])
  return Buffer.concat([ZSTD_HEAD, ...body])
}
const ZSTD_HEAD = Buffer.from('28b52ffd0038', 'hex')

/** A frame of blocks that each say "131,071 times zero" in four bytes. */
export function zstdBomb(expanded: number): Buffer {
  const times = Math.ceil(expanded / 131_071)
  const block = Buffer.concat([u24((131_071 << 3) | 2), Buffer.from([0])])
  const last = u24(1)
  return Buffer.concat([ZSTD_HEAD, ...Array.from({ length: times }, () => block), last])
}

/** One raw block behind the header that is given from its fifth byte on. */
export const zstdWith = (header: string, data: Buffer): Buffer =>
  Buffer.concat([ZSTD_HEAD.subarray(0, 4), Buffer.from(header, 'hex'), u24((data.length << 3) | 1), data])

/** A frame of user data, which every decoder leaves out. */
export const zstdSkippable = (data: Buffer): Buffer =>
  Buffer.concat([Buffer.from('502a4d18', 'hex'), u32(data.length), data])

/** One lz4 frame of stored blocks of up to 64 KiB; its header has one check sum, 0x82. */
export const lz4Of = (data: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('04224d18604082', 'hex'),
    ...pieces(data, 64 * 1024).flatMap((block) => [u32(0x80000000 + block.length), block]),
    u32(0),
  ])

const vli = (value: number): Buffer => {
  const out: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80)
  return Buffer.from([...out, rest])
}
const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)])

/** LZMA2 chunks that hold their bytes as they are. */
export const lzma2Stored = (data: Buffer): Buffer =>
  Buffer.concat([
    ...pieces(data, 65_536).flatMap((part, i) => {
      const size = part.length - 1
      return [Buffer.from([i === 0 ? 1 : 2, size >> 8, size & 0xff]), part]
    }),
    Buffer.from([0]),
  ])

/** 2,096,914 zeros in one LZMA2 chunk that resets everything, so that it may be repeated. */
const ZEROS_CHUNK = Buffer.from(
  '//8RAWxdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvS5fqg8+S2ZCkBMO/xCT+HF4WfgLzf+VKEYPqfx83vuaMC5WwI+F84OBwGXEJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvEgn5lg=',
  'base64',
)
export function lzma2Zeros(expanded: number): { packed: Buffer; size: number } {
  const times = Math.ceil(expanded / 2_096_914)
  const packed = Buffer.concat([...Array.from({ length: times }, () => ZEROS_CHUNK), Buffer.from([0])])
  return { packed, size: times * 2_096_914 }
}

/** One .xz stream of one block (xz-file-format 1.1), its check the CRC-32 unless it shall have none. */
function xzStream(packed: Buffer, size: number, crc: number | null): Buffer {
  const flags = Buffer.from([0, crc === null ? 0 : 1])
  const blockHeader = Buffer.from('020021011200000000', 'hex').subarray(0, 8)
  const check = crc === null ? Buffer.alloc(0) : u32(crc)
  const block = Buffer.concat([blockHeader, u32(crc32(blockHeader)), padded(packed), check])
  const index = padded(Buffer.concat([Buffer.from([0, 1]), vli(12 + packed.length + check.length), vli(size)]))
  const tail = Buffer.concat([u32((index.length + 4) / 4 - 1), flags])
  return Buffer.concat([
    ...[Buffer.from('fd377a585a00', 'hex'), flags, u32(crc32(flags)), block],
    ...[index, u32(crc32(index)), u32(crc32(tail)), tail, Buffer.from('YZ')],
  ])
}
export const xzOf = (data: Buffer, options: { crc?: number } = {}): Buffer =>
  xzStream(lzma2Stored(data), data.length, options.crc ?? crc32(data))
/** The same with another size of the dictionary (xz-file-format 1.1, 5.3.1), whatever it really needs. */
export function xzWithDictionary(bits: number, xz: Buffer): Buffer {
  const out = Buffer.from(xz)
  out[16] = bits
  out.writeUInt32LE(crc32(out.subarray(12, 20)), 20)
  return out
}
export function xzBomb(expanded: number): Buffer {
  const { packed, size } = lzma2Zeros(expanded)
  return xzStream(packed, size, null)
}

/** compress(1): every byte a code of its own, the width growing as the decoder's table does; codes come in groups of eight. */
export function compressOf(data: Buffer): Buffer {
  const out: number[] = [0x1f, 0x9d, 0x90]
  let [width, next, group, _bits] = [9, 257, [] as number[], 0]
  const flush = (whole: boolean) => {
    const bytes = whole ? width : Math.ceil((group.length * width) / 8)
    const packed = group.reduce((sum, code, i) => sum | (BigInt(code) << BigInt(i * width)), 0n)
    for (let i = 0; i < bytes; i++) out.push(Number((packed >> BigInt(8 * i)) & 0xffn))
    group = []
  }
  for (const byte of data) {
    if (next > 2 ** width && width < 16) {
      if (group.length > 0) flush(true)
      width++
    }
    group.push(byte)
    _bits += width
    if (group.length === 8) flush(true)
    next++
  }
  if (group.length > 0) flush(false)
  return Buffer.from(out)
}

/** The frame of `lz4 -l`: no flags, and blocks of up to 8 MiB; this one is a single run of literals. */
export function lz4Legacy(data: Buffer): Buffer {
  const more = data.length - 15
  const block = Buffer.concat([
    Buffer.from([0xf0]),
    Buffer.alloc(Math.floor(more / 255), 255),
    Buffer.from([more % 255]),
    data,
  ])
  return Buffer.concat([u32(0x184c2102), u32(block.length), block])
}
