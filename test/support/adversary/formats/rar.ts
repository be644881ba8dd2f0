import { crc32 } from 'node:zlib'
import { u16, u32 } from '../../archives/bytes.ts'

export type RarMember = { readonly name: string; readonly data: Buffer }
export type RarOptions = { readonly mainFlags?: number; readonly fileFlags?: number }

const block4 = (type: number, flags: number, fields: Buffer, data: Buffer = Buffer.alloc(0)): Buffer => {
  const rest = Buffer.concat([Buffer.from([type]), u16(flags), u16(7 + fields.length), fields])
  return Buffer.concat([u16(crc32(rest) & 0xffff), rest, data])
}

/** RAR 4 with stored members. Flags: main 0x80 hides the headers, 0x01 is a volume; file 0x04 is encrypted. */
export function rar4Of(members: readonly RarMember[], options: RarOptions = {}): Buffer {
  const files = members.map(({ name, data }) => {
    const bytes = Buffer.from(name)
    const sizes = Buffer.concat([
      u32(data.length),
      u32(data.length),
      Buffer.from([3]),
      u32(crc32(data)),
      u32(0x5a210000),
    ])
    const kind = Buffer.concat([Buffer.from([20, 0x30]), u16(bytes.length), u32(0o100644), bytes])
    return block4(0x74, 0x8000 | (options.fileFlags ?? 0), Buffer.concat([sizes, kind]), data)
  })
  const main = block4(0x73, options.mainFlags ?? 0, Buffer.alloc(6))
  return Buffer.concat([Buffer.from('526172211a0700', 'hex'), main, ...files, block4(0x7b, 0x4000, Buffer.alloc(0))])
}

const vint = (value: number): Buffer => {
  const out: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80)
  return Buffer.from([...out, rest])
}
const block5 = (fields: readonly Buffer[], data: Buffer = Buffer.alloc(0)): Buffer => {
  const body = Buffer.concat(fields)
  const header = Buffer.concat([vint(body.length), body])
  return Buffer.concat([u32(crc32(header)), header, data])
}

/** RAR 5 with stored members; `encrypted` puts the header in front that says all that follows is encrypted. */
export function rar5Of(members: readonly RarMember[], options: { encrypted?: boolean } = {}): Buffer {
  const crypt = block5([4, 0, 0, 0, 15].map(vint).concat(Buffer.alloc(16, 7)))
  const files = members.map(({ name, data }) => {
    const bytes = Buffer.from(name)
    const head = [vint(2), vint(2), vint(data.length), vint(4), vint(data.length), vint(0o100644)]
    return block5([...head, u32(crc32(data)), vint(0), vint(1), vint(bytes.length), bytes], data)
  })
  const begin = options.encrypted === true ? [crypt] : []
  const marker = Buffer.from('526172211a070100', 'hex')
  return Buffer.concat([marker, ...begin, block5([1, 0, 0].map(vint)), ...files, block5([5, 0, 0].map(vint))])
}
