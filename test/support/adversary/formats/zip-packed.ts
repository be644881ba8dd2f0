import { crc32 } from 'node:zlib'
import { zipOf } from '../../archives/zip.ts'

/** A zip with one member that is packed by another method: `raw` is what `plain` became. */
export const zipPacked = (method: number, raw: Buffer, plain: Buffer): Buffer =>
  zipOf([{ name: 'b.dat', method, raw, size: plain.length, crc: crc32(plain), flags: method === LZMA ? 2 : 0 }])
const LZMA = 14

/** Method 14 puts a version and the properties in front; flag 2 says that the stream ends with a mark. */
export const zipLzma = (lzmaFile: Buffer): Buffer =>
  Buffer.concat([Buffer.from('09140500', 'hex'), lzmaFile.subarray(0, 5), lzmaFile.subarray(13)])
