import { isArchive } from '../containers/families.ts'
import { executableIn } from '../executables/executable-sniffer.ts'
import { detect } from '../types/detect.ts'
import { Sample } from '../types/sample.ts'
import { hasLhaHeader } from './legacy-headers.ts'
import { givesByLzh } from './lzh-start.ts'

const LEVEL_AT = 18

/**
 * A header that 7-Zip believes behind other content, of a member that gives something. Names with "-lh5-" in columns of fixed
 * width soon look like a header of level 0, and 7-Zip takes them for one, but gets nothing out.
 */
export const hasLhaMember = (b: Buffer, at: number): boolean =>
  isBelieved(b, at) && (b[at + LEVEL_AT] !== 0 || givesData(b, at))

/** The others, of which only a second member tells. */
export const hasEmptyLhaMember = (b: Buffer, at: number): boolean => isBelieved(b, at) && !hasLhaMember(b, at)

/** Where the next header must be, as the figures of level 0 say. */
export const nextLhaMember = (b: Buffer, at: number): number => 2 + (b[at - 2] as number) + b.readUInt32LE(at + 5)

/** In levels 0 and 1 there is room for the name and a check sum. */
function isBelieved(b: Buffer, at: number): boolean {
  if (!hasLhaHeader(b, at) || !/^-lh[0-7d]-$/.test(b.toString('latin1', at, at + 5))) return false
  return b[at + LEVEL_AT] === 2 || (b[at - 2] as number) >= 22 + (b[at + LEVEL_AT + 1] as number)
}

function givesData(b: Buffer, at: number): boolean {
  const [packed, unpacked] = [b.readUInt32LE(at + 5), b.readUInt32LE(at + 9)]
  if (packed === 0) return false
  const data = b.subarray(at + (b[at - 2] as number))
  const method = b[at + 3] as number
  if (method === STORED) return packed === unpacked || isProgramOrArchive(data.subarray(0, packed))
  return LZH.has(method) && unpacked > 0 && givesByLzh(data, 0)
}
const STORED = 0x30
/** lh4 to lh7: 7-Zip unpacks no other. */
const LZH = new Set([0x34, 0x35, 0x36, 0x37])

const isProgramOrArchive = (data: Buffer): boolean =>
  executableIn(data) !== null || isArchive(detect(new Sample(data, null), '').family)
