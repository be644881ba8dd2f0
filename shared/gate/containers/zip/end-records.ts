import type { RandomAccess } from '../../io/random-access.ts'
import { GateProblem } from '../../problem.ts'

/** Where a zip's directory is, as its end records say it and as it must be. */
export type EndRecords = {
  readonly entryCount: number
  readonly directoryOffset: number
  readonly directorySize: number
  /** Where the archive ends; behind it is nothing but zeros. */
  readonly end: number
  readonly comment: Buffer
  /** Zero bytes behind the archive. */
  readonly padding: number
}

const END = Buffer.from('504b0506', 'hex')
const LOCATOR = 0x07064b50
const END_64 = 0x06064b50
const END_SIZE = 22
const LOCATOR_SIZE = 20
const END_64_SIZE = 56
const LONGEST = END_SIZE + 0xffff + LOCATOR_SIZE + END_64_SIZE

type Tail = { readonly bytes: Buffer; readonly start: number }

async function readTail(access: RandomAccess): Promise<Tail> {
  const start = Math.max(0, access.size - LONGEST)
  const bytes = Buffer.alloc(access.size - start)
  await access.read(bytes, start)
  return { bytes, start }
}

const positions = (bytes: Buffer): number[] => {
  const found: number[] = []
  for (let at = bytes.indexOf(END); at !== -1; at = bytes.indexOf(END, at + 1)) found.push(at)
  return found.filter((at) => at + END_SIZE <= bytes.length)
}

/**
 * Finds the one end record. Tools differ in where they look for it, so anything that some would take for another one,
 * before or after, makes the archive ambiguous.
 */
export async function readEndRecords(access: RandomAccess, place: string): Promise<EndRecords> {
  const ambiguous = (detail: string) => new GateProblem('ambiguous_archive', place, detail)
  const tail = await readTail(access)
  const bytes = tail.bytes
  const at = positions(bytes).at(-1)
  if (at === undefined) throw new GateProblem('not_inspectable', place, 'no end of the zip directory: cut off')
  const end = at + END_SIZE + bytes.readUInt16LE(at + 20)
  if (end > bytes.length) throw new GateProblem('not_inspectable', place, 'the comment at the end is cut off')
  const rest = bytes.subarray(end)
  if (rest.some((byte) => byte !== 0)) throw ambiguous(`${rest.length} bytes behind the end of the archive`)
  const earlier = positions(bytes).filter((other) => other + END_SIZE + bytes.readUInt16LE(other + 20) === end)
  if (earlier.length > 1) throw ambiguous('two end records that both reach the end of the file')
  const comment = Buffer.from(bytes.subarray(at + END_SIZE, end))
  const record = bytes.subarray(at, at + END_SIZE)
  const zip64 = await readZip64(access, tail, at, place)
  const where = zip64 ?? plainRecord(record, tail.start + at, place)
  const missing = where.directoryOffset + where.directorySize - where.position
  if (missing > 0) throw new GateProblem('not_inspectable', place, `damaged: ${missing} bytes are missing`)
  if (missing < 0) {
    throw ambiguous('the directory does not lie where the end record says: bytes in front or in between')
  }
  if (where.entryCount * 46 > where.directorySize) throw ambiguous('more entries announced than the directory can hold')
  return { ...where, end: tail.start + end, comment, padding: rest.length }
}

type Place = { entryCount: number; directoryOffset: number; directorySize: number; position: number }

function plainRecord(record: Buffer, position: number, place: string): Place {
  if (record.readUInt16LE(4) !== 0 || record.readUInt16LE(6) !== 0) throw split(place)
  if (record.readUInt16LE(8) !== record.readUInt16LE(10)) throw split(place)
  return {
    entryCount: record.readUInt16LE(10),
    directorySize: record.readUInt32LE(12),
    directoryOffset: record.readUInt32LE(16),
    position,
  }
}

const split = (place: string) => new GateProblem('not_inspectable', place, 'one part of a split zip')

async function readZip64(access: RandomAccess, tail: Tail, at: number, place: string): Promise<Place | null> {
  const locatorAt = at - LOCATOR_SIZE
  if (locatorAt < 0 || tail.bytes.readUInt32LE(locatorAt) !== LOCATOR) return null
  const ambiguous = (detail: string) => new GateProblem('ambiguous_archive', place, detail)
  const locator = tail.bytes.subarray(locatorAt, at)
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) > 1) throw split(place)
  const position = Number(locator.readBigUInt64LE(8))
  const record = Buffer.alloc(END_64_SIZE)
  if ((await access.read(record, position)) < END_64_SIZE || record.readUInt32LE(0) !== END_64) {
    throw ambiguous('the zip64 end record is not where its locator says')
  }
  if (position + 12 + Number(record.readBigUInt64LE(4)) !== tail.start + locatorAt) {
    throw ambiguous('bytes between the zip64 end record and its locator')
  }
  if (record.readUInt32LE(16) !== 0 || record.readUInt32LE(20) !== 0) throw split(place)
  const where = zip64Place(record, position)
  if (!agrees(tail.bytes.subarray(at, at + END_SIZE), record))
    throw ambiguous('the zip64 end record disagrees with the plain one')
  return where
}

const zip64Place = (record: Buffer, position: number): Place => ({
  entryCount: Number(record.readBigUInt64LE(32)),
  directorySize: Number(record.readBigUInt64LE(40)),
  directoryOffset: Number(record.readBigUInt64LE(48)),
  position,
})

/** A field of the plain record that is not all ones says the same as the zip64 record: tools differ in which they read. */
function agrees(plain: Buffer, zip64: Buffer): boolean {
  const same = (value: number, ones: number, at: number) =>
    value === ones || BigInt(value) === zip64.readBigUInt64LE(at)
  return (
    same(plain.readUInt16LE(8), 0xffff, 24) &&
    same(plain.readUInt16LE(10), 0xffff, 32) &&
    same(plain.readUInt32LE(12), 0xffffffff, 40) &&
    same(plain.readUInt32LE(16), 0xffffffff, 48) &&
    zip64.readBigUInt64LE(24) === zip64.readBigUInt64LE(32)
  )
}

/**
 * How much of an end must be kept to find every end record that counts: unzip 6.0 looks for one in the last 66,000 bytes,
 * and that by blocks of 8 KiB, of which the last one is what is left over. An end record may lie 463 + 9 blocks from the end.
 */
export const ZIP_TAIL = 463 + 9 * 8192 + LOCATOR_SIZE + END_64_SIZE
