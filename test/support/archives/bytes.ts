import { createCipheriv } from 'node:crypto'

/** Little helpers to lay out binary headers field by field. */
export const u16 = (value: number): Buffer => {
  const out = Buffer.alloc(2)
  out.writeUInt16LE(value & 0xffff)
  return out
}
export const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value >>> 0)
  return out
}
export const u64 = (value: number): Buffer => {
  const out = Buffer.alloc(8)
  out.writeBigUInt64LE(BigInt(value))
  return out
}
export const toBuffer = (data: Buffer | string): Buffer => (typeof data === 'string' ? Buffer.from(data) : data)

/** Bytes that do not compress and look like nothing, the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const key = Buffer.alloc(16, seed)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}
