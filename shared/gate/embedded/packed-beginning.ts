import { constants, zstdDecompressSync } from 'node:zlib'
import { KIB } from '#shared/domain/limits.ts'
import { type Beginning, beginningBy, beginningOfDeflate, type Decode } from './deflate-beginning.ts'
import { deflateStart } from './gzip-start.ts'
import { withPlainHeader } from './zstd-start.ts'

/** More than the largest block: it may be cut off. */
const SILENT_ZSTD = 136 * KIB

const unpackZstd: Decode = (bytes, options) =>
  zstdDecompressSync(bytes, { ...options, finishFlush: constants.ZSTD_e_continue })

/** Without its header, whose check sum 7-Zip does not look at. */
export function beginningOfGzip(bytes: Buffer): Beginning {
  const start = deflateStart(bytes, 0)
  return start === null ? { head: Buffer.alloc(0), isSilent: false } : beginningOfDeflate(bytes.subarray(start))
}

/** With a header of ours: 7-Zip takes windows that are too large here, sizes that are wrong, and tells of check sums afterwards. */
export const beginningOfZstd = (bytes: Buffer): Beginning =>
  beginningBy(unpackZstd, withPlainHeader(bytes), SILENT_ZSTD)
