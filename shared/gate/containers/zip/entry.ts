import { crc32 } from 'node:zlib'
import type { Entry } from 'yauzl'
import { decodeName } from '../../names/decode-name.ts'
import { type MemberPath, normalisePath } from '../../names/member-path.ts'
import { DOS_DIRECTORY, FILE_TYPE, type Kind, kindOf, otherKind, unicodePaths } from './extra-fields.ts'

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
  readonly kind: Kind
  /** Another kind that a field of the directory makes of it, or null. */
  readonly otherKind: Kind | null
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
  readonly offset: number
}

export function toZipEntry(entry: Entry): ZipEntry {
  const rawName = entry.fileNameRaw
  const name = decodeName(rawName)
  const fileType = (entry.externalFileAttributes >>> 16) & FILE_TYPE.mask
  const memberPath = normalisePath(name)
  const { path, isDirectory } = memberPath
  const emptyFolder = entry.uncompressedSize === 0 && (entry.externalFileAttributes & DOS_DIRECTORY) !== 0
  const folder = isDirectory || fileType === FILE_TYPE.directory || (emptyFolder && fileType === 0)
  const kind = folder ? 'directory' : kindOf(fileType)
  return {
    rawName,
    name,
    otherName: unicodePath(entry, name),
    path,
    memberPath,
    isDirectory: folder,
    fileType,
    kind,
    otherKind: folder ? null : otherKind(entry.extraFields, kind),
    method: entry.compressionMethod,
    flags: entry.generalPurposeBitFlag,
    crc: entry.crc32,
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
  }
}

/** The field counts only if its check sum is that of the header's name (APPNOTE 4.6.9). */
function unicodePath({ extraFields, fileNameRaw }: Entry, name: string): string | null {
  const names = unicodePaths(extraFields)
    .filter(({ madeFor }) => madeFor === crc32(fileNameRaw))
    .map(({ path }) => path.toString('utf8'))
  return names.find((other) => other !== name) ?? names[0] ?? null
}

const extension = (name: string): string => /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''
const depth = (name: string): number => normalisePath(name).path.split('/').length

/** Whether the plain name is what its writer meant: no old code page, and no sign that stands for what that could not write. */
export const isWritable = ({ rawName, name }: Pick<ZipEntry, 'rawName' | 'name'>): boolean =>
  rawName.every((byte) => byte >= 0x20 && byte < 0x7f) && !/[?_#]/.test(name)

/** Whether the Unicode Path field makes it another file. It exists for names an old code page cannot write, so those may differ. */
export function renames({ rawName, name, otherName }: Pick<ZipEntry, 'rawName' | 'name' | 'otherName'>): boolean {
  if (otherName === null || otherName === name) return false
  return isWritable({ rawName, name }) || extension(otherName) !== extension(name) || depth(otherName) !== depth(name)
}
