import { u16, u32 } from '../../archives/bytes.ts'

const SECTOR = 512
const [FREE, END, FAT] = [0xffffffff, 0xfffffffe, 0xfffffffd]
const put = (out: Buffer, ...parts: readonly (readonly [at: number, bytes: Buffer])[]): Buffer => {
  for (const [at, bytes] of parts) bytes.copy(out, at)
  return out
}

const entry = (name: string, kind: number, child: number, first: number, size: number): Buffer =>
  put(
    Buffer.alloc(128),
    [0, Buffer.from(name, 'utf16le')],
    [64, Buffer.concat([u16(2 * name.length + 2), Buffer.from([kind, 1])])],
    [68, Buffer.concat([FREE, FREE, child].map(u32))],
    [116, Buffer.concat([u32(first), u32(size)])],
  )

const filled = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & (SECTOR - 1))])

/** A document with one stream of at least 4 KiB: directory, stream, and the FAT at its end. [MS-CFB] */
export function oleWith(stream: Buffer): Buffer {
  const data = filled(stream)
  const sectors = data.length / SECTOR
  const fatSectors = Math.ceil((sectors + 1) / (SECTOR / 4 - 1))
  const next = Array.from({ length: sectors }, (_, i) => (i + 1 === sectors ? END : i + 2))
  const fat = Buffer.alloc(fatSectors * SECTOR, 0xff)
  put(fat, [0, Buffer.concat([END, ...next, ...Array.from({ length: fatSectors }, () => FAT)].map(u32))])
  const header = put(
    Buffer.alloc(SECTOR, 0xff),
    [0, Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    [8, Buffer.alloc(68)],
    [24, Buffer.from('3e000300feff09000600', 'hex')],
    [44, Buffer.concat([fatSectors, 0, 0, 4096, END, 0, END, 0].map(u32))],
    [76, Buffer.concat(Array.from({ length: fatSectors }, (_, i) => u32(1 + sectors + i)))],
  )
  const directory = filled(
    Buffer.concat([entry('Root Entry', 5, 1, END, 0), entry('Contents', 2, FREE, 1, stream.length)]),
  )
  return Buffer.concat([header, directory, data, fat])
}
