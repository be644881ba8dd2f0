import { crc32 } from 'node:zlib'
import { isWritable, renames, type ZipEntry } from './entry.ts'
import { extraFields, otherKind, unicodePaths } from './extra-fields.ts'

const SIGNATURE = 0x04034b50
export const LOCAL_SIZE = 30
/** Encryption, descriptor, strong encryption, UTF-8, masked header: bits that change what a tool sees. */
const FLAGS = 0x2849
export const DESCRIPTOR_FLAG = 0x8
const ONES = 0xffffffff

export type LocalHeader = { readonly nameLength: number; readonly extraLength: number }

/** The fixed part, or null if there is none here. */
export function parseLocalLengths(fixed: Buffer): LocalHeader | null {
  if (fixed.length < LOCAL_SIZE || fixed.readUInt32LE(0) !== SIGNATURE) return null
  return { nameLength: fixed.readUInt16LE(26), extraLength: fixed.readUInt16LE(28) }
}

/** Where the local header (fixed part, name and extra field) says other than the directory, or null. */
export function disagreement(header: Buffer, entry: ZipEntry): string | null {
  const nameEnd = LOCAL_SIZE + header.readUInt16LE(26)
  if (!header.subarray(LOCAL_SIZE, nameEnd).equals(entry.rawName)) return 'another name'
  const flags = header.readUInt16LE(6)
  if ((flags & FLAGS) !== (entry.flags & FLAGS)) return 'other flags'
  if (header.readUInt16LE(8) !== entry.method) return 'another method'
  const sizes = localSizes(header, nameEnd)
  if (sizes === null) return 'no zip64 sizes'
  // With a descriptor the header may say nothing yet; if it says something, that holds.
  const open = (flags & DESCRIPTOR_FLAG) !== 0
  const same = (said: number, wanted: number) => said === wanted || (open && said === 0)
  if (!same(header.readUInt32LE(14), entry.crc)) return 'another CRC'
  if (!same(sizes.compressed, entry.compressedSize)) return 'another compressed size'
  if (!same(sizes.plain, entry.size)) return 'another size'
  return header.length === nameEnd ? null : fieldDisagreement(header.subarray(nameEnd), entry)
}

/** bsdtar takes names and kinds from the fields of the local header, which the directory need not have. */
function fieldDisagreement(extra: Buffer, entry: ZipEntry): string | null {
  const fields = extraFields(extra)
  if (fields.length === 0) return null
  for (const { path, madeFor } of unicodePaths(fields)) {
    // A field left over from another name counts for nothing, but libarchive cannot tell where the name is in another code page.
    if (madeFor !== crc32(entry.rawName) && isWritable(entry)) continue
    const otherName = path.toString('utf8')
    if (otherName !== entry.otherName && renames({ ...entry, otherName })) return `some tools call it ${otherName}`
  }
  const kind = otherKind(fields, entry.kind)
  // A name that ends in a slash is a folder's, whatever else is said.
  return kind === null || entry.name.endsWith('/') ? null : `a ${entry.kind} for some tools, a ${kind} for others`
}

function localSizes(header: Buffer, extraAt: number): { compressed: number; plain: number } | null {
  const [compressed, plain] = [header.readUInt32LE(18), header.readUInt32LE(22)]
  if (compressed !== ONES && plain !== ONES) return { compressed, plain }
  const field = extraField(header.subarray(extraAt), 1)
  if (field === null || field.length < 16) return null
  // In a local header the field holds both sizes, the plain one first (APPNOTE 4.5.3).
  return { plain: Number(field.readBigUInt64LE(0)), compressed: Number(field.readBigUInt64LE(8)) }
}

function extraField(extra: Buffer, id: number): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, at + 4 + length)
    at += 4 + length
  }
  return null
}

const DESCRIPTOR = 0x08074b50
export const LONGEST_DESCRIPTOR = 24

/** Length of the data descriptor at the start of `bytes`, in the layout that agrees and leaves nothing over if one does; null if none agrees. */
export function descriptorLength(bytes: Buffer, available: number, entry: ZipEntry): number | null {
  const fitting = [16, 12, 24, 20].filter((length) => length <= available && isDescriptor(bytes, length, entry))
  return fitting.find((length) => length === available) ?? fitting[0] ?? null
}

function isDescriptor(bytes: Buffer, length: number, entry: ZipEntry): boolean {
  if (bytes.length < length) return false
  const signed = length === 16 || length === 24
  if (signed && bytes.readUInt32LE(0) !== DESCRIPTOR) return false
  const at = signed ? 4 : 0
  if (bytes.readUInt32LE(at) !== entry.crc) return false
  const number = (offset: number) => (length < 20 ? bytes.readUInt32LE(offset) : Number(bytes.readBigUInt64LE(offset)))
  const width = length < 20 ? 4 : 8
  const wanted = (size: number) => (length < 20 ? size % 2 ** 32 : size)
  return number(at + 4) === wanted(entry.compressedSize) && number(at + 4 + width) === wanted(entry.size)
}
