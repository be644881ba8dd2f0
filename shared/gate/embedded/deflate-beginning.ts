import { constants, inflateRawSync } from 'node:zlib'
import { KIB, MIB } from '#shared/domain/limits.ts'
import { asDamage, codeOf, DamagedData } from '../io/damaged-data.ts'
import { giveBack } from '../io/give-back.ts'

const HEAD = 64 * KIB
const FIRST = 64
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
/** Of a deflate stream without any header. */
export const beginningOfDeflate = (bytes: Buffer): Beginning => beginningBy(inflate, bytes, SILENT)

/** Step by step, because a little may hold a thousand times as much, and what lies in front of damage comes out. */
export function beginningBy(decode: Decode, bytes: Buffer, silent: number): Beginning {
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
