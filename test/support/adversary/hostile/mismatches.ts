import { hdf5File, lsdynaDeck, momentsCsv, pngFile } from '../../archives/cae.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'

const deck = lsdynaDeck(20)
const ARCHIVES = 'zip gz tgz bz2 tbz2 xz zst lz4 7z rar cab tar cpio'.split(' ')

export const MISMATCHES: HostileCases = {
  ...Object.fromEntries(ARCHIVES.map((ext) => [`type_mismatch/text-named-${ext}`, [`a.${ext}`, () => deck]])),
  'type_mismatch/table-named-zip': ['a.zip', () => momentsCsv()],
  'type_mismatch/picture-named-zip': ['a.zip', () => pngFile()],
  'type_mismatch/hdf5-named-zip': ['a.zip', () => hdf5File()],
  'type_mismatch/gzip-named-zip': ['a.zip', () => gzipOf(deck)],
  'type_mismatch/zip-named-gz': ['a.gz', () => zipOf([{ name: 'a.k', data: deck }])],
  'type_mismatch/zip-named-7z': ['a.7z', () => zipOf([{ name: 'a.k', data: deck }])],
  'type_mismatch/tar-named-zip': ['a.zip', () => tarOf([{ name: 'a.k', data: deck }])],
  'type_mismatch/text-in-tar-gz': ['a.tar.gz', () => gzipOf(deck)],
  'type_mismatch/text-named-zip-in-zip': ['a.zip', () => zipOf([{ name: 'b.zip', data: deck }])],
}
