import { noise } from '../../archives/bytes.ts'
import { hdf5File, lsdynaDeck } from '../../archives/cae.ts'
import { oleFile } from '../../archives/executables.ts'
import { tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { GoodCases } from '../case.ts'
import { cabOf } from '../formats/cabinet.ts'
import { cpioOf } from '../formats/cpio.ts'
import { lz4Legacy, lz4Of, zstdOf, zstdSkippable } from '../formats/frames.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'
import { gzipWithExtra, sketchUp, sqliteFile, storedGzip } from '../hosts.ts'

const zip = zipOf([
  { name: 'model/a.k', data: lsdynaDeck(20) },
  { name: 'model/b.k', data: lsdynaDeck(300) },
])
const large = zipOf([
  { name: 'a.raw', data: noise(300_000), method: 0 },
  { name: 'b.k', data: lsdynaDeck(20) },
])
const inside = [{ name: 'a.zip', data: zip }]
/** Four bytes in front of each piece, as SQLite links overflow pages. */
const inPieces = (data: Buffer, size: number): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(data.length / size) }, (_, i) =>
      Buffer.concat([Buffer.from([0, 0, 0, i + 2]), data.subarray(i * size, (i + 1) * size)]),
    ),
  )

/** Zips that lie as they are in files of other formats, as their makers mean it. */
export const ZIPS_INSIDE: GoodCases = {
  'sqlite-zip-in-last-page': ['a.db', () => sqliteFile(zip)],
  'sqlite-zip-in-overflow-pages': ['a.db', () => sqliteFile(inPieces(large, 4092))],
  'sketchup-zip': ['a.skp', () => zipOf([{ name: 'model.xml', data: '<a/>' }], { prefix: sketchUp() })],
  'sketchup-zip-not-counted': [
    'a.skp',
    () => zipOf([{ name: 'model.xml', data: '<a/>' }], { prefix: sketchUp(), prefixCounted: false }),
  ],
  'presentation-workbook': ['a.ppt', () => Buffer.concat([oleFile(), zip, Buffer.alloc(512)])],
  'presentation-workbook-in-pieces': ['a.ppt', () => Buffer.concat([oleFile(), inPieces(zip, 508), Buffer.alloc(512)])],
  'hdf5-zip-in-dataset': ['a.h5', () => Buffer.concat([hdf5File(), zip, Buffer.alloc(64, 7)])],
  'tar-zip-last': ['a.tar', () => tarOf(inside)],
  'cpio-zip-last': ['a.cpio', () => cpioOf(inside), 'cpio'],
  '7z-zip-stored': ['a.7z', () => sevenZipOf(inside), '7z'],
  'gzip-zip-stored': ['a.zip.gz', () => storedGzip(zip)],
  'zstd-zip-stored': ['a.zip.zst', () => zstdOf(zip), 'zstd'],
  'zstd-large-zip-stored': ['a.zip.zst', () => zstdOf(large), 'zstd'],
  'lz4-zip-stored': ['a.zip.lz4', () => lz4Of(large), 'lz4'],
  'lz4-legacy-zip': [
    'a.zip.lz4',
    () => lz4Legacy(zipOf([{ name: 'a.k', data: lsdynaDeck(20) }], { comment: 'ours' })),
    'lz4',
  ],
  'gzip-extra-table': ['a.k.gz', () => gzipWithExtra(noise(900), lsdynaDeck(300))],
  'zstd-skippable-table': [
    'a.k.zst',
    () => Buffer.concat([zstdOf(lsdynaDeck(20)), zstdSkippable(noise(100_000)), zstdOf(lsdynaDeck(20))]),
    'zstd',
  ],
  'cab-padded': [
    'a.cab',
    () => Buffer.concat([cabOf([{ name: 'a.k', data: lsdynaDeck(20) }]), Buffer.alloc(512)]),
    'cab',
  ],
}
