import { crc32, deflateRawSync } from 'node:zlib'
import { u16, u32 } from '../archives/bytes.ts'

/** Files of binary formats that end without a mark. */
export const matFile = (): Buffer =>
  Buffer.concat([Buffer.from('MATLAB 5.0 MAT-file, Platform: GLNXA64'.padEnd(124)), Buffer.from('0001494d', 'hex')])

export const sketchUp = (): Buffer =>
  Buffer.concat([Buffer.from('fffeff0e', 'hex'), Buffer.from('SketchUp Model', 'utf16le'), Buffer.alloc(200)])

const PAGE = 4096
/** One page of header, and pages that end with `blob`, as cells lie in theirs. */
export function sqliteFile(blob: Buffer): Buffer {
  const pages = 1 + Math.ceil(blob.length / PAGE)
  const out = Buffer.alloc(pages * PAGE)
  out.write('SQLite format 3\0', 'latin1')
  out.writeUInt16BE(PAGE, 16)
  out.writeUInt32BE(pages, 28)
  blob.copy(out, out.length - blob.length)
  return out
}

/** gzip of one block that is not compressed. */
export const storedGzip = (data: Buffer): Buffer =>
  Buffer.concat([
    ...[Buffer.from('1f8b0800000000000003', 'hex'), deflateRawSync(data, { level: 0 })],
    ...[u32(crc32(data)), u32(data.length)],
  ])

/** The same with an extra field (RFC 1952, 2.3.1.1). */
export const gzipWithExtra = (extra: Buffer, data: Buffer): Buffer =>
  Buffer.concat([
    ...[Buffer.from('1f8b0804000000000003', 'hex'), u16(extra.length + 4), Buffer.from('ab'), u16(extra.length), extra],
    ...[deflateRawSync(data), u32(crc32(data)), u32(data.length)],
  ])
