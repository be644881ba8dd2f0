import { constants, inflateRawSync } from 'node:zlib'
import { asDamage, DamagedData } from '../io/damaged-data.ts'

const HEAD = 64 * 1024
const FIRST = 2 * 1024
const MOST = 16 * 1024

/** What a member of a zip begins with, by the beginning of its packed bytes; null where it is neither stored nor deflated. */
export function beginningOfMember(method: number, isEncrypted: boolean, bytes: Buffer): Buffer | null {
  if ((method !== 0 && method !== 8) || isEncrypted) return null
  if (method === 0) return bytes
  let head: Buffer = Buffer.alloc(0)
  // Step by step, because a little may hold a thousand times as much, and what lies in front of damage comes out.
  for (let size = FIRST; head.length < HEAD && size <= MOST; size *= 2) {
    const longer = inflatedAsFarAs(bytes.subarray(0, size))
    if (longer === null) break
    head = longer
    if (size >= bytes.length) break
  }
  return head
}

/** What comes out of the beginning of a deflate stream; null if it is none. */
export function inflatedAsFarAs(bytes: Buffer): Buffer | null {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    if (asDamage(error) instanceof DamagedData) return null
    throw error
  }
}
