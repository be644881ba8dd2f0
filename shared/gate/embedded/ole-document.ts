import type { Content } from '../content.ts'
import { OLE_MAGIC } from '../executables/ole.ts'
import type { RandomAccess } from '../io/random-access.ts'
import type { Detected } from '../types/detect.ts'

const HEADER = 512
const IN_HEADER = 109
const END_OF_CHAIN = 0xfffffffe
const NONE = 0xffffffff
/** For 2 GiB in sectors of 512 bytes. */
const MOST_FAT = 16 * 1024 * 1024
const MOST_DIRECTORY = 4 * 1024 * 1024

type Range = { readonly at: number; readonly length: number }
/** Asks for ranges of the file, null where they are not there, and says whether it is a document in the end. */
type Reading<T> = Generator<Range, T, Buffer | null>
type Sectors = { readonly shift: number; readonly miniShift: number; readonly fat: Buffer }

/**
 * Whether 7-Zip opens an OLE2 document as one, which it does where all of its tables fit; otherwise it looks for archives
 * inside. [MS-CFB] names the fields.
 */
function* document(): Reading<boolean> {
  const header = yield { at: 0, length: HEADER }
  if (header === null || !isHeader(header)) return false
  const [shift, miniShift] = [header.readUInt16LE(30), header.readUInt16LE(32)]
  const fat = yield* readFat(header, shift)
  if (fat === null) return false
  const sectors = { shift, miniShift, fat }
  const miniEntries = header.readUInt32LE(64) * 2 ** (shift - 2)
  if (lengthOfChain(sectors, header.readUInt32LE(60)) !== header.readUInt32LE(64)) return false
  const directory = yield* readDirectory(sectors, header.readUInt32LE(48))
  return directory !== null && isRoot(sectors, directory, miniEntries) && isTree(directory)
}

/** Minor and major version, byte order, and the shifts of sectors: 7-Zip 26.02 takes these and no others. */
const HEADERS = ['3e000300feff09000600', '3e000400feff0c000600']
const isHeader = (header: Buffer): boolean =>
  header.subarray(0, 8).equals(OLE_MAGIC) && HEADERS.includes(header.toString('hex', 24, 34))

const sector = (shift: number, id: number): Range => ({ at: (id + 1) * 2 ** shift, length: 2 ** shift })

/** Where the sectors of the FAT lie stands in the header, and beyond 109 of them in sectors of its own. */
function* readFat(header: Buffer, shift: number): Reading<Buffer | null> {
  const [count, further] = [header.readUInt32LE(44), header.readUInt32LE(72)]
  if ((count + further) * 2 ** shift > MOST_FAT) return null
  const lists = [header.subarray(HEADER - 4 * IN_HEADER)]
  let next = header.readUInt32LE(68)
  for (let i = 0; i < further; i++) {
    const more = yield sector(shift, next)
    if (more === null) return null
    next = more.readUInt32LE(more.length - 4)
    lists.push(more.subarray(0, -4))
  }
  const ids = Buffer.concat(lists)
  if (4 * count > ids.length) return null
  const parts: Buffer[] = []
  for (let i = 0; i < count; i++) {
    const part = yield sector(shift, ids.readUInt32LE(4 * i))
    if (part === null) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** In sectors; -1 where it leads out of the table or goes round. */
function lengthOfChain({ fat }: Sectors, first: number): number {
  const entries = fat.length / 4
  let length = 0
  for (let id = first; id !== END_OF_CHAIN; id = fat.readUInt32LE(4 * id)) {
    if (id >= entries || length > entries) return -1
    length++
  }
  return length
}

function* readDirectory(sectors: Sectors, first: number): Reading<Buffer | null> {
  const { shift, fat } = sectors
  const length = lengthOfChain(sectors, first)
  if (length < 1 || length * 2 ** shift > MOST_DIRECTORY) return null
  const parts: Buffer[] = []
  for (let id = first; id !== END_OF_CHAIN; id = fat.readUInt32LE(4 * id)) {
    const part = yield sector(shift, id)
    if (part === null) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const ENTRY = 128
/** Small streams lie in the stream of the root. */
function isRoot(sectors: Sectors, directory: Buffer, miniEntries: number): boolean {
  const isLong = sectors.shift >= 12 && directory.readUInt32LE(124) > 0
  const size = isLong ? Number.POSITIVE_INFINITY : directory.readUInt32LE(120)
  const isMini = Math.ceil(size / 2 ** sectors.miniShift) <= miniEntries
  return isMini && lengthOfChain(sectors, directory.readUInt32LE(116)) === Math.ceil(size / 2 ** sectors.shift)
}

/** Every name hangs on the root, once. */
function isTree(directory: Buffer): boolean {
  const entries = directory.length / ENTRY
  const open = [directory.readUInt32LE(76)]
  let seen = 0
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === NONE) continue
    if (id >= entries || directory[id * ENTRY + 66] === 0 || ++seen > entries) return false
    const isFolder = [1, 5].includes(directory[id * ENTRY + 66] as number)
    for (const at of isFolder ? [68, 72, 76] : [68, 72]) open.push(directory.readUInt32LE(id * ENTRY + at))
  }
  return true
}

/** As far as these bytes tell. */
export function isOleDocument(bytes: Buffer): boolean {
  const reading = document()
  let step = reading.next()
  while (step.done !== true) {
    const { at, length } = step.value
    step = reading.next(at + length <= bytes.length ? bytes.subarray(at, at + length) : null)
  }
  return step.value
}

/** The same for content that comes by in pieces; false where it cannot be read anywhere before that. */
export async function isLargeOleDocument({ access }: Content, { family }: Detected): Promise<boolean> {
  if (family !== 'ole2' || access === null) return false
  const reading = document()
  let step = reading.next()
  while (step.done !== true) step = reading.next(await bytesOf(access, step.value))
  return step.value
}

async function bytesOf(access: RandomAccess, { at, length }: Range): Promise<Buffer | null> {
  if (at + length > access.size) return null
  const bytes = Buffer.alloc(length)
  const read = await (access.readAside?.(bytes, at) ?? access.read(bytes, at))
  return read === length ? bytes : null
}
