import { Fields, PRINTABLE } from './hdf5-fields.ts'
import { describeFilters, filtersV2 } from './hdf5-filters.ts'

/**
 * Messages of HDF5 object headers (HDF5 File Format Specification 3.0, IV.A.2): Link 0x06, External Data Files 0x07 and
 * Filter Pipeline 0x0B. Each is read out of any bytes and null as soon as one field does not fit.
 */
const LONGEST_NAME = 1024

export function externalLink(bytes: Buffer, at: number): string | null {
  const fields = new Fields(bytes, at + 1, bytes.length)
  const flags = fields.number(1)
  fields.skip(1)
  if ((flags & 4) !== 0) fields.skip(8)
  if ((flags & 16) !== 0 && fields.number(1) > 1) return null
  const nameLength = fields.number(1 << (flags & 3))
  if (nameLength === 0 || nameLength > LONGEST_NAME) return null
  const name = fields.text(nameLength)
  const length = fields.number(2)
  // Version 0 and flags 0, then two texts that end with a zero byte each and fill the rest exactly.
  if (fields.number(1) !== 0 || length < 4 || length > 2 * LONGEST_NAME) return null
  const [file = '', path = '', rest, ...more] = fields.text(length - 1).split('\0')
  if (!fields.ok || rest !== '' || more.length > 0) return null
  return [name, file, path].every((text) => PRINTABLE.test(text)) ? `external link to ${file}, object ${path}` : null
}

/** Raw data in other files; their names lie in a heap elsewhere. */
export function externalFiles(bytes: Buffer, at: number, size: number): string | null {
  const fields = new Fields(bytes, at + 1, bytes.length)
  if (fields.number(3) !== 0) return null
  const [allocated, used] = [fields.number(2), fields.number(2)]
  if (!fields.ok || used === 0 || used > allocated) return null
  // Addresses and lengths have 4 or 8 bytes each; the size says which.
  const fits = [4, 8].some(
    (word) => size === Math.ceil((8 + word + 3 * word * allocated) / 8) * 8 || size === 8 + word + 3 * word * allocated,
  )
  return fits ? `external storage: raw data in ${used} other file${used === 1 ? '' : 's'}` : null
}

const MOST_MESSAGES = 200

/** The messages of a header of version 2, or of a continuation, which does not say whether they carry their order. */
export function headerMessages(bytes: Buffer, at: number, isHeader: boolean): string[] {
  if (!isHeader)
    return [...messages(bytes, at + 4, bytes.length, false), ...messages(bytes, at + 4, bytes.length, true)]
  const fields = new Fields(bytes, at + 4, bytes.length)
  const version = fields.number(1)
  const flags = fields.number(1)
  if (version !== 2 || (flags & 0xc0) !== 0) return []
  if ((flags & 0x20) !== 0) fields.skip(16)
  if ((flags & 0x10) !== 0) fields.skip(4)
  const size = fields.number(1 << (flags & 3))
  return fields.ok ? messages(bytes, fields.at, fields.at + size, (flags & 4) !== 0) : []
}

function messages(bytes: Buffer, start: number, end: number, ordered: boolean): string[] {
  const found: string[] = []
  const fields = new Fields(bytes, start, end)
  for (let i = 0; i < MOST_MESSAGES; i++) {
    const [type, size, flags] = [fields.number(1), fields.number(2), fields.number(1)]
    if (ordered) fields.skip(2)
    const at = fields.at
    fields.skip(size)
    if (!fields.ok || type > 0x18 || flags > 0x7f) break
    found.push(...messageData(bytes, at, type, size))
  }
  return found
}

function messageData(bytes: Buffer, at: number, type: number, size: number): readonly string[] {
  if (type === 0x0b && bytes[at] === 2) return describeFilters(filtersV2(bytes, at, size) ?? [])
  const files = type === 0x07 && bytes[at] === 1 ? externalFiles(bytes, at, size) : null
  return files === null ? [] : [files]
}
