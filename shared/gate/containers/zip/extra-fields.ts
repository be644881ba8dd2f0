/** Fields of a member that some tools take its name or its kind from, in the order of the header. */
export type ExtraField = { readonly id: number; readonly data: Buffer }

const UNICODE_PATH = 0x7075
/** What belongs in the directory, repeated for readers of a stream: proposed by libarchive, and read by it. */
const STREAM_ATTRIBUTES = 0x6c78
/** ASi Unix: mode and link, which unzip believes where the directory has no mode. */
const ASI_UNIX = 0x756e
const READ: ReadonlySet<number> = new Set([UNICODE_PATH, STREAM_ATTRIBUTES, ASI_UNIX])

/** Type bits of a Unix mode. PKZIP for Unix writes them under the host number of DOS, so the host is not asked. */
export const FILE_TYPE = {
  mask: 0o170000,
  link: 0o120000,
  directory: 0o040000,
  regular: 0o100000,
  pipe: 0o010000,
} as const
export const DOS_DIRECTORY = 0x10
const UNIX = 3

export type Kind = 'file' | 'directory' | 'link' | 'other'

export function kindOf(fileType: number): Kind {
  if (fileType === FILE_TYPE.link) return 'link'
  if (fileType === FILE_TYPE.directory) return 'directory'
  return ([0, FILE_TYPE.regular, FILE_TYPE.pipe] as readonly number[]).includes(fileType) ? 'file' : 'other'
}

/** The fields of `extra` that matter here; a length that leads out ends the list. */
export function extraFields(extra: Buffer): ExtraField[] {
  const fields: ExtraField[] = []
  for (let at = 0; at + 4 <= extra.length; ) {
    const id = extra.readUInt16LE(at)
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (end > extra.length) break
    if (READ.has(id)) fields.push({ id, data: extra.subarray(at + 4, end) })
    at = end
  }
  return fields
}

/** The names in Unicode Path fields, and the check sum of the name that each was made for (APPNOTE 4.6.9). */
export const unicodePaths = (fields: readonly ExtraField[]): { path: Buffer; madeFor: number }[] =>
  fields
    .filter(({ id, data }) => id === UNICODE_PATH && data.length > 5)
    .map(({ data }) => ({ path: data.subarray(5), madeFor: data.readUInt32LE(1) }))

/** What else than `kind` a field makes of the member, or null. */
export function otherKind(fields: readonly ExtraField[], kind: Kind): Kind | null {
  for (const { id, data } of fields) {
    const said = id === STREAM_ATTRIBUTES ? streamKind(data) : id === ASI_UNIX ? asiKind(data) : null
    if (said !== null && said !== kind) return said
  }
  return null
}

/** A bitmap of what follows: the system, the internal attributes, the external ones. */
function streamKind(data: Buffer): Kind | null {
  let at = data.findIndex((byte) => byte < 0x80) + 1
  const bitmap = data[0] ?? 0
  if (at === 0 || (bitmap & 4) === 0) return null
  const system = (bitmap & 1) === 0 ? 0 : (data[at + 1] ?? 0)
  at += 2 * ((bitmap & 1) + ((bitmap >> 1) & 1))
  if (at + 4 > data.length) return null
  const attributes = data.readUInt32LE(at)
  if (system === UNIX) return kindOf((attributes >>> 16) & FILE_TYPE.mask)
  return (attributes & DOS_DIRECTORY) === 0 ? 'file' : 'directory'
}

/** A check sum, the mode, the length of the link. */
const asiKind = (data: Buffer): Kind | null => (data.length < 6 ? null : kindOf(data.readUInt16LE(4) & FILE_TYPE.mask))
