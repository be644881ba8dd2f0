import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import { KIB, MIB } from '#shared/domain/limits.ts'
import { asDamage, codeOf, DamagedData } from '../io/damaged-data.ts'
import { giveBack } from '../io/give-back.ts'
import { deflateStart } from './gzip-start.ts'
import { withPlainHeader } from './zstd-start.ts'

const HEAD = 64 * KIB
const FIRST = 64
const MOST_OUT = MIB
/** So much without damage and without data is a stream and no chance: of zstd, more than the largest block that is cut off. */
const SILENT = { deflate: KIB, zstd: 136 * KIB } as const

export type Beginning = {
  readonly head: Buffer
  /** So much went in without damage, and nothing came out: what comes behind it cannot be told. */
  readonly isSilent: boolean
}
type Decoded = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }
type Decode = (bytes: Buffer, options: { maxOutputLength: number; info: true }) => unknown

const inflate: Decode = (bytes, options) => inflateRawSync(bytes, { ...options, finishFlush: constants.Z_SYNC_FLUSH })
const unpackZstd: Decode = (bytes, options) =>
  zstdDecompressSync(bytes, { ...options, finishFlush: constants.ZSTD_e_continue })

const beginningOfDeflate = (bytes: Buffer): Beginning => beginning(bytes, inflate, SILENT.deflate)

/** Without its header, whose check sum 7-Zip does not look at. */
export function beginningOfGzip(bytes: Buffer): Beginning {
  const start = deflateStart(bytes, 0)
  return start === null ? { head: Buffer.alloc(0), isSilent: false } : beginningOfDeflate(bytes.subarray(start))
}

/** With a header of ours: 7-Zip takes windows that are too large here, sizes that are wrong, and tells of check sums afterwards. */
export const beginningOfZstd = (bytes: Buffer): Beginning => beginning(withPlainHeader(bytes), unpackZstd, SILENT.zstd)

/** Step by step, because a little may hold a thousand times as much, and what lies in front of damage comes out. */
function beginning(bytes: Buffer, decode: Decode, silent: number): Beginning {
  let last: Beginning = { head: Buffer.alloc(0), isSilent: false }
  for (let size = FIRST; last.head.length < HEAD; size *= 2) {
    const part = bytes.subarray(0, size)
    const decoded = asFarAs(part, decode)
    if (decoded === null) break
    giveBack(last.head)
    const isWhole = decoded.engine.bytesWritten === part.length
    last = { head: decoded.buffer, isSilent: decoded.buffer.length === 0 && isWhole && part.length >= silent }
    if (size >= bytes.length) break
  }
  return last
}

/** Null if it is damaged, or too much. */
function asFarAs(bytes: Buffer, decode: Decode): Decoded | null {
  try {
    // `info` is not in the types of these overloads.
    return decode(bytes, { maxOutputLength: MOST_OUT, info: true }) as Decoded
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE' || asDamage(error) instanceof DamagedData) return null
    throw error
  }
}
