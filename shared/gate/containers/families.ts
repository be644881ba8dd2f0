import type { Family } from '../types/format.ts'

/** Families that hold other files: without a reader their content cannot be answered for. */
const ARCHIVES: ReadonlySet<Family> = new Set<Family>([
  'zip',
  'gzip',
  'bzip2',
  'xz',
  'lzma',
  'lz4',
  'zstd',
  'compress',
  '7z',
  'rar',
  'cab',
  'cpio',
  'ar',
  'tar',
  'unread',
])
export const isArchive = (family: Family): boolean => ARCHIVES.has(family)
