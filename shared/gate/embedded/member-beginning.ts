import { KIB } from '#shared/domain/limits.ts'
import { type Beginning, beginningOfDeflate } from './deflate-beginning.ts'

const STORED = 0
const DEFLATE = 8
const MOST_PACKED = 16 * KIB

/** What a member of a zip begins with, by the beginning of its packed bytes; null where it is neither stored nor deflated. */
export function beginningOfMember(method: number, isEncrypted: boolean, bytes: Buffer): Beginning | null {
  if ((method !== STORED && method !== DEFLATE) || isEncrypted) return null
  return method === STORED ? { head: bytes, isSilent: false } : beginningOfDeflate(bytes.subarray(0, MOST_PACKED))
}
