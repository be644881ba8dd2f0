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

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])

/** cpio in the "new ASCII" form; `mode` may make a member a link or a device. */
export function cpioOf(members: readonly { name: string; data: Buffer; mode?: number }[]): Buffer {
  const entry = (name: string, data: Buffer, mode: number, inode: number) => {
    const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0]
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`
    return Buffer.concat([padded(Buffer.from(head)), padded(data)])
  }
  const files = members.map(({ name, data, mode }, i) => entry(name, data, mode ?? 0o100644, i + 1))
  return Buffer.concat([...files, entry('TRAILER!!!', Buffer.alloc(0), 0, 0)])
}
