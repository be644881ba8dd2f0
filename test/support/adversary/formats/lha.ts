import { u16, u32 } from '../../archives/bytes.ts'

/** LHA, level 0, one member that is stored. */
export function lhaOf(name: string, data: Buffer): Buffer {
  const sizes = Buffer.concat([u32(data.length), u32(data.length), u32(0)])
  const names = Buffer.concat([Buffer.from([0x20, 0, name.length]), Buffer.from(name), u16(0)])
  const body = Buffer.concat([Buffer.from('-lh0-'), sizes, names])
  const sum = body.reduce((total, byte) => total + byte, 0) & 0xff
  return Buffer.concat([Buffer.from([body.length, sum]), body, data, Buffer.from([0])])
}
