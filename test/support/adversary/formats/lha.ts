import { u16, u32 } from '../../archives/bytes.ts'

type Told = { readonly method?: string; readonly size?: number }

/** LHA, level 0, one member: stored, if it is told no other method; `size` is what is said of it unpacked. */
export function lhaOf(name: string, data: Buffer, { method = '-lh0-', size = data.length }: Told = {}): Buffer {
  const sizes = Buffer.concat([u32(data.length), u32(size), u32(0)])
  const names = Buffer.concat([Buffer.from([0x20, 0, name.length]), Buffer.from(name), u16(0)])
  const body = Buffer.concat([Buffer.from(method), sizes, names])
  const sum = body.reduce((total, byte) => total + byte, 0) & 0xff
  return Buffer.concat([Buffer.from([body.length, sum]), body, data, Buffer.from([0])])
}

/** The beginning of a block of lh5: as many symbols as bytes, each in eight bits, whose codes are the bytes themselves. */
export function lh5Of(data: Buffer): Buffer {
  const bits = [
    [data.length, 16],
    [0, 5],
    [10, 5],
    [256, 9],
    [0, 4],
    [0, 4],
    ...[...data].map((byte) => [byte, 8]),
  ] as [number, number][]
  const text = bits.map(([value, width]) => value.toString(2).padStart(width, '0')).join('')
  return Buffer.from((text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)))
}
