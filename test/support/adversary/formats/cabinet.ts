import { u16, u32 } from '../../archives/bytes.ts'

const BLOCK = 32_768
export type CabMember = { readonly name: string; readonly data: Buffer }

/** A cabinet of one folder, stored; its check sums are 0, which means none. */
export function cabOf(members: readonly CabMember[]): Buffer {
  const plain = Buffer.concat(members.map(({ data }) => data))
  const blocks = Array.from({ length: Math.ceil(plain.length / BLOCK) }, (_, i) => {
    const part = plain.subarray(i * BLOCK, (i + 1) * BLOCK)
    return Buffer.concat([u32(0), u16(part.length), u16(part.length), part])
  })
  let offset = 0
  const files = members.map(({ name, data }) => {
    const file = Buffer.concat([
      u32(data.length),
      u32(offset),
      ...[0, 0x5a21, 0, 0x20].map(u16),
      Buffer.from(`${name}\0`),
    ])
    offset += data.length
    return file
  })
  const filesAt = 36 + 8
  const dataAt = filesAt + files.reduce((sum, { length }) => sum + length, 0)
  const size = dataAt + blocks.reduce((sum, { length }) => sum + length, 0)
  const head = [Buffer.from('MSCF'), ...[0, size, 0, filesAt, 0].map(u32), Buffer.from([3, 1])]
  const counts = [1, members.length, 0, 1, 0].map(u16)
  const folder = [u32(dataAt), u16(blocks.length), u16(0)]
  return Buffer.concat([...head, ...counts, ...folder, ...files, ...blocks])
}
