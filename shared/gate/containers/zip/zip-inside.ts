import type { RandomAccess } from '../../io/random-access.ts'

/** Content of which both ends are at hand; what is between only where it can be read anywhere. */
export type Ending = {
  readonly head: Buffer
  readonly tail: Buffer
  readonly size: number
  readonly access: RandomAccess | null
}

/** A zip that some tool finds when it looks from the end of other content. */
export type ZipInside = {
  /** Where its offsets count from, if they fit; null where tools have to guess. */
  readonly base: number | null
  /** Behind its comment. */
  readonly end: number
  /** Lines of its directory, as far as they could be looked at. */
  readonly lines: readonly DirectoryLine[]
  /** Its directory lies where its offset, counted from the start of the content, says. */
  readonly isAbsolute: boolean
  /** False where its directory could not be looked at. */
  readonly isSeen: boolean
}
export type DirectoryLine = {
  readonly method: number
  readonly flags: number
  readonly packed: number
  readonly local: readonly number[]
}

const END = Buffer.from('504b0506', 'hex')
const LINE = Buffer.from('504b0102', 'hex')
const LOCATOR = 0x07064b50
const END_64 = 0x06064b50
const END_SIZE = 22
const LOCATOR_SIZE = 20
const END_64_SIZE = 56
const LINE_SIZE = 46
const ONES = 0xffffffff
const EMPTY = Buffer.alloc(0)
/** Lines of one directory that are looked at. */
const MOST_LINES = 4096
/** Of all that the end of one content holds; more is there to keep a scan busy. */
const MOST_LINES_OF_ALL = 3 * MOST_LINES
const TOO_MANY = { base: null, lines: [], isAbsolute: true, isSeen: false }

export const holdsEnd = (tail: Buffer): boolean => tail.includes(END)

/** Null where the bytes are out of reach. */
export async function bytesAt(
  { head, tail, size, access }: Ending,
  position: number,
  length: number,
): Promise<Buffer | null> {
  if (position < 0 || position >= size) return EMPTY
  const from = position - (size - tail.length)
  if (from >= 0) return tail.subarray(from, from + length)
  if (position + length <= head.length) return head.subarray(position, position + length)
  if (access === null) return null
  const target = Buffer.alloc(Math.min(length, size - position))
  const done = await (access.readAside?.(target, position) ?? access.read(target, position))
  return target.subarray(0, done)
}

/** What one end record says of the directory, and where that must end by it. */
type Claim = { readonly bytes: number; readonly offset: number; readonly end: number }

/** All zips whose directory is found in one of the ways tools have: as told, right before the end record, or by its signature. */
export async function zipsInside(ending: Ending): Promise<ZipInside[]> {
  const { tail, size } = ending
  const found: ZipInside[] = []
  let lines = 0
  for (let at = tail.indexOf(END); at !== -1; at = tail.indexOf(END, at + 1)) {
    if (at + END_SIZE > tail.length) break
    const zip = await zipEndingAt(ending, size - tail.length + at, tail.subarray(at, at + END_SIZE))
    if (zip !== null) found.push(zip)
    lines += zip?.lines.length ?? 0
    if (lines > MOST_LINES_OF_ALL) return [{ ...TOO_MANY, end: size }]
  }
  return found
}

async function zipEndingAt(ending: Ending, position: number, record: Buffer): Promise<ZipInside | null> {
  const end = position + END_SIZE + record.readUInt16LE(20)
  const claims = await claimsOf(ending, position, record)
  for (const { bytes, offset, end: until } of claims) {
    const start = until - bytes
    if (bytes < LINE_SIZE || !(await isLine(ending, start, until))) continue
    const lines = await linesOf(ending, start, until, [0, start - offset])
    const told = start === offset ? [] : await linesOf(ending, offset, position, [0])
    const base = start >= offset && told.length === 0 ? start - offset : null
    return { base, end, lines: [...lines, ...told], isAbsolute: base === 0 || told.length > 0, isSeen: true }
  }
  for (const { offset } of claims) {
    const lines = await linesOf(ending, offset, position, [0])
    if (lines.length > 0) return { base: null, end, lines, isAbsolute: true, isSeen: true }
  }
  for (const claim of claims) {
    const start = lastLine(ending, claim.end)
    const bases = [0, claim.end - claim.bytes - claim.offset]
    if (start === null) continue
    return { base: null, end, lines: await linesOf(ending, start, claim.end, bases), isAbsolute: false, isSeen: true }
  }
  return isOutOfReach(ending, position, record, claims)
    ? { base: null, end, lines: [], isAbsolute: false, isSeen: false }
    : null
}

async function claimsOf(ending: Ending, position: number, record: Buffer): Promise<Claim[]> {
  const plain = { bytes: record.readUInt32LE(12), offset: record.readUInt32LE(16) }
  const claims: Claim[] = [{ ...plain, end: position }]
  const locator = await bytesAt(ending, position - LOCATOR_SIZE, LOCATOR_SIZE)
  if (locator === null || locator.length < LOCATOR_SIZE || locator.readUInt32LE(0) !== LOCATOR) return claims
  for (const at of [Number(locator.readBigUInt64LE(8)), position - LOCATOR_SIZE - END_64_SIZE]) {
    const wide = await bytesAt(ending, at, END_64_SIZE)
    if (wide === null || wide.length < END_64_SIZE || wide.readUInt32LE(0) !== END_64) continue
    const told = { bytes: Number(wide.readBigUInt64LE(40)), offset: Number(wide.readBigUInt64LE(48)) }
    claims.push({ ...told, end: at }, { ...plain, end: at })
  }
  return claims
}

async function isLine(ending: Ending, start: number, end: number): Promise<boolean> {
  const line = await bytesAt(ending, start, LINE_SIZE)
  return line !== null && start >= 0 && isLineOf(line, end - start)
}

const isLineOf = (line: Buffer, room: number): boolean =>
  line.length >= LINE_SIZE && line.indexOf(LINE) === 0 && lengthOf(line) <= room
const lengthOf = (line: Buffer): number =>
  LINE_SIZE + line.readUInt16LE(28) + line.readUInt16LE(30) + line.readUInt16LE(32)

/** The last line of a directory that ends at `end`, whatever is said about its start. */
function lastLine({ tail, size }: Ending, end: number): number | null {
  const until = end - (size - tail.length)
  for (let at = tail.indexOf(LINE); at !== -1 && at < until; at = tail.indexOf(LINE, at + 1)) {
    const line = tail.subarray(at, at + LINE_SIZE)
    if (line.length === LINE_SIZE && at + lengthOf(line) === until) return size - tail.length + at
  }
  return null
}

/** Where the local headers of a directory may lie, by each way to count offsets. */
async function linesOf(ending: Ending, start: number, end: number, bases: readonly number[]): Promise<DirectoryLine[]> {
  const lines: DirectoryLine[] = []
  for (let at = start; lines.length < MOST_LINES; ) {
    const line = await bytesAt(ending, at, LINE_SIZE)
    if (line === null || !isLineOf(line, end - at)) break
    const offset = line.readUInt32LE(42)
    const local = [...new Set(bases.map((base) => base + offset))]
    lines.push({ method: line.readUInt16LE(10), flags: line.readUInt16LE(8), packed: line.readUInt32LE(20), local })
    at += lengthOf(line)
  }
  return lines
}

/** An end record whose every figure fits, while the directory it tells of lies where nobody can look any more. */
function isOutOfReach({ tail, size, access }: Ending, position: number, record: Buffer, claims: Claim[]): boolean {
  const count = record.readUInt16LE(10)
  if (record.readUInt32LE(4) !== 0 || count === 0 || record.readUInt16LE(8) !== count) return false
  return claims.some(({ bytes, offset, end }) => {
    if (bytes < LINE_SIZE * count || bytes === ONES) return false
    if (position < bytes) return true
    return access === null && Math.min(offset, end - bytes) < size - tail.length
  })
}
