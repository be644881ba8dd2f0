import { crc32 } from 'node:zlib'
import type { Entry } from 'yauzl'
import { decodeName } from '../../names/decode-name.ts'
import { type MemberPath, normalisePath } from '../../names/member-path.ts'

/** One line of the directory, as far as it matters here. */
export type ZipEntry = {
  readonly rawName: Buffer
  /** Decoded, separators as they come. */
  readonly name: string
  /** Another name in the Unicode Path field, which some tools prefer; null if there is none. */
  readonly otherName: string | null
  readonly path: string
  readonly memberPath: MemberPath
  readonly isDirectory: boolean
  readonly fileType: number
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
  readonly offset: number
}

/** Type bits of a Unix mode. PKZIP for Unix writes them under the host number of DOS, so the host is not asked. */
export const FILE_TYPE = {
  mask: 0o170000,
  link: 0o120000,
  directory: 0o040000,
  regular: 0o100000,
  pipe: 0o010000,
} as const
const UNICODE_PATH = 0x7075
const DOS_DIRECTORY = 0x10

export function toZipEntry(entry: Entry): ZipEntry {
  const rawName = entry.fileNameRaw
  const name = decodeName(rawName)
  const fileType = (entry.externalFileAttributes >>> 16) & FILE_TYPE.mask
  const memberPath = normalisePath(name)
  const { path, isDirectory } = memberPath
  const emptyFolder = entry.uncompressedSize === 0 && (entry.externalFileAttributes & DOS_DIRECTORY) !== 0
  return {
    rawName,
    name,
    otherName: unicodePath(entry),
    path,
    memberPath,
    isDirectory: isDirectory || fileType === FILE_TYPE.directory || (emptyFolder && fileType === 0),
    fileType,
    method: entry.compressionMethod,
    flags: entry.generalPurposeBitFlag,
    crc: entry.crc32,
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
  }
}

/** The field counts only if its check sum is that of the header's name (APPNOTE 4.6.9). */
function unicodePath(entry: Entry): string | null {
  const field = entry.extraFields.find(({ id }) => id === UNICODE_PATH)?.data
  if (field === undefined || field.length < 6 || field[0] !== 1) return null
  return field.readUInt32LE(1) === crc32(entry.fileNameRaw) ? field.toString('utf8', 5) : null
}

const extension = (name: string): string => /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''
const depth = (name: string): number => normalisePath(name).path.split('/').length

/** Whether the Unicode Path field makes it another file. It exists for names an old code page cannot write, so those may differ. */
export function renames({ rawName, name, otherName }: ZipEntry): boolean {
  if (otherName === null || otherName === name) return false
  const writable = rawName.every((byte) => byte >= 0x20 && byte < 0x7f) && !/[?_#]/.test(name)
  return writable || extension(otherName) !== extension(name) || depth(otherName) !== depth(name)
}
