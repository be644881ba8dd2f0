import { u32 } from '../../archives/bytes.ts'

/** pack(1) with one tree for all: codes of eight bits for all bytes but 255, which has nine, as the end has. */
export function packOf(data: Buffer): Buffer {
  const tree = Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 255, 0, ...Array.from({ length: 256 }, (_, byte) => byte)])
  const bits = [...data].map((byte) => (byte < 255 ? (1 + byte).toString(2).padStart(8, '0') : '000000000'))
  const code = `${bits.join('')}000000001`
  const bytes = (code.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
  return Buffer.concat([Buffer.from('1f1e', 'hex'), u32(data.length).swap32(), tree, Buffer.from(bytes)])
}
