import { crc32 } from 'node:zlib'
import { u32, u64 } from '../../archives/bytes.ts'

export type Coder = { readonly id: string; readonly properties?: string }
export const COPY: Coder = { id: '00' }
export const LZMA2: Coder = { id: '21', properties: '12' }
/** AES-256 with SHA-256: 2^19 rounds, no salt, an IV of 8 bytes. */
export const AES: Coder = { id: '06f10701', properties: '53070102030405060708' }

export type SevenZipMember = { readonly name: string; readonly data: Buffer }
type Options = { readonly coder?: Coder; readonly packed?: Buffer; readonly size?: number; readonly checked?: boolean }

/** 7-Zip's number: below 128 one byte, else (as it may) the longest form. */
const number = (value: number): Buffer =>
  value < 0x80 ? Buffer.from([value]) : Buffer.concat([Buffer.from([0xff]), u64(value)])

const byte = (...values: number[]): Buffer => Buffer.from(values)

function folder({ id, properties = '' }: Coder): Buffer {
  const [idBytes, props] = [Buffer.from(id, 'hex'), Buffer.from(properties, 'hex')]
  const flags = idBytes.length | (props.length > 0 ? 0x20 : 0)
  return Buffer.concat([byte(1, flags), idBytes, ...(props.length > 0 ? [number(props.length), props] : [])])
}

/** A 7z archive with one folder; `packed` and `size` say what stands there if it is not simply the members' bytes. */
export function sevenZipOf(members: readonly SevenZipMember[], options: Options = {}): Buffer {
  const plain = Buffer.concat(members.map(({ data }) => data))
  const packed = options.packed ?? plain
  const sizes = members.slice(0, -1).map(({ data }) => Buffer.concat([number(data.length)]))
  const names = Buffer.from(members.map(({ name }) => `${name}\0`).join(''), 'utf16le')
  const digests = options.checked === false ? [] : [byte(0x0a, 1), ...members.map(({ data }) => u32(crc32(data)))]
  const streams = [
    ...[byte(0x06), number(0), number(1), byte(0x09), number(packed.length), byte(0)],
    ...[byte(0x07, 0x0b, 1, 0), folder(options.coder ?? COPY)],
    ...[byte(0x0c), number(options.size ?? plain.length), byte(0)],
    ...[byte(0x08, 0x0d), number(members.length), ...(sizes.length > 0 ? [byte(0x09), ...sizes] : [])],
    ...[...digests, byte(0), byte(0)],
  ]
  const files = [byte(0x05), number(members.length), byte(0x11), number(names.length + 1), byte(0), names, byte(0)]
  const header = Buffer.concat([byte(0x01, 0x04), ...streams, ...files, byte(0)])
  const start = Buffer.concat([u64(packed.length), u64(header.length), u32(crc32(header))])
  return Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), u32(crc32(start)), start, packed, header])
}
