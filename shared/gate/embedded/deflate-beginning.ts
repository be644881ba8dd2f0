import { constants, inflateRawSync } from 'node:zlib'
import { KIB, MIB } from '#shared/domain/limits.ts'
import { asDamage, codeOf, DamagedData } from '../io/damaged-data.ts'
import { giveBack } from '../io/give-back.ts'

const HEAD = 64 * KIB
const FIRST = 16
/** Within four runs of zstd, of 128 KiB each: where data break off is not found more closely. */
const CLOSE = 16
const MOST_OUT = MIB
/** So much deflate without damage and without data is a stream and no chance. */
const SILENT = KIB

export type Beginning = {
  readonly head: Buffer
  /** So much went in without damage, and nothing came out: what comes behind it cannot be told. */
  readonly isSilent: boolean
}
type Decoded = { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }
export type Decode = (bytes: Buffer, options: { maxOutputLength: number; info: true }) => unknown

const inflate: Decode = (bytes, options) => inflateRawSync(bytes, { ...options, finishFlush: constants.Z_SYNC_FLUSH })
/** 16 bytes more give 16 KiB at most, so there is no need of longer tries. */
const inflateLittle: Decode = (bytes, options) => inflate(bytes, { ...options, maxOutputLength: 2 * HEAD })

/** Whether some bytes of deflate, 1 KiB at most, are undamaged and give something. */
export const givesByInflate = (bytes: Buffer): boolean => (asFarAs(bytes, inflate)?.buffer.length ?? 0) > 0

/** Of a deflate stream without any header. */
export const beginningOfDeflate = (bytes: Buffer): Beginning => beginningBy(inflateLittle, bytes, SILENT)

/** In larger steps as long as it goes well, and then in smaller ones: what lies in front of damage, or of far too much, comes out. */
export function beginningBy(decode: Decode, bytes: Buffer, silent: number): Beginning {
  let last: Beginning = { head: Buffer.alloc(0), isSilent: false }
  let low = 0
  let high = bytes.length + 1
  for (let size = Math.min(FIRST, bytes.length); low < size && size < high && last.head.length < HEAD; ) {
    const decoded = asFarAs(bytes.subarray(0, size), decode)
    if (decoded === null) high = size
    else {
      giveBack(last.head)
      const isWhole = decoded.engine.bytesWritten === size
      last = { head: decoded.buffer, isSilent: decoded.buffer.length === 0 && isWhole && size >= silent }
      low = size
    }
    const isBroken = high <= bytes.length
    if (isBroken && high - low <= CLOSE) break
    size = isBroken ? (low + high) >> 1 : Math.min(2 * size, bytes.length)
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
