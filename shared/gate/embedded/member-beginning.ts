import { constants, inflateRawSync } from 'node:zlib'
import { asDamage, codeOf, DamagedData } from '../io/damaged-data.ts'
import { giveBack } from '../io/give-back.ts'

const HEAD = 64 * 1024
const MOST_PACKED = 16 * 1024
/** A few bytes of deflate hold a thousand times as much: no more than this comes out at once. */
const MOST_OUT = 2 * HEAD
const FIRST = 128
/** Where data break off, or too much comes out, is not found more closely. */
const CLOSE = 64

/** What a member of a zip begins with, by the beginning of its packed bytes; null where it is neither stored nor deflated. */
export function beginningOfMember(method: number, isEncrypted: boolean, bytes: Buffer): Buffer | null {
  if ((method !== 0 && method !== 8) || isEncrypted) return null
  return method === 0 ? bytes : inflatedBeginning(bytes.subarray(0, MOST_PACKED))
}

/** In larger steps as long as it goes well, and then in smaller ones: what lies in front of damage comes out. */
function inflatedBeginning(bytes: Buffer): Buffer {
  let head: Buffer = Buffer.alloc(0)
  let low = 0
  let high = bytes.length + 1
  for (let size = Math.min(FIRST, bytes.length); low < size && size < high; ) {
    const longer = inflatedAsFarAs(bytes.subarray(0, size))
    if (longer instanceof Buffer) {
      giveBack(head)
      head = longer
      low = size
      if (head.length >= HEAD) break
    } else high = size
    const isBroken = high <= bytes.length
    if (isBroken && high - low <= CLOSE) break
    size = isBroken ? (low + high) >> 1 : Math.min(4 * size, bytes.length)
  }
  return head
}

export type NotInflated = 'damaged' | 'too much'

/** What comes out of the beginning of a deflate stream, unless it is damaged or more than 128 KiB. */
export function inflatedAsFarAs(bytes: Buffer): Buffer | NotInflated {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_OUT })
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return 'too much'
    if (asDamage(error) instanceof DamagedData) return 'damaged'
    throw error
  }
}
