import { deflatedZeros, gzipBomb, zipBomb, zipNested, zipOfManyEntries } from '../../archives/bombs.ts'
import { u16 } from '../../archives/bytes.ts'
import { zipQuine } from '../../archives/quine.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { type ZipMember, zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { lzma2Zeros, xzBomb, zstdBomb, zstdOf, zstdSkippable } from '../formats/frames.ts'
import { bzip2Bomb, bzip2TextBomb } from '../formats/packed.ts'
import { LZMA2, sevenZipOf } from '../formats/seven-zip.ts'

const GIB = 1024 ** 3
const SIX = 6 * GIB

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
const repeat = (count: number, wrap: (inner: Buffer, level: number) => Buffer, inner: Buffer): Buffer =>
  times(count, (i) => i).reduce((bytes, level) => wrap(bytes, level), inner)

/** Every line of the directory names the same kernel of 1 GiB. */
function overlappingKernel(): Buffer {
  const kernel: ZipMember = { name: 'kernel', ...deflatedZeros(GIB) }
  return zipOf([kernel, ...times(500, (i): ZipMember => ({ name: `copy-${i}`, sameAs: 0 }))])
}

/** A directory of more than 64 MiB: 1,200 lines with an extra field of 60,000 bytes each. */
const wideDirectory = (): Buffer => {
  const extra = Buffer.concat([u16(0x6666), u16(60_000), Buffer.alloc(60_000)])
  return zipOf(times(1200, (i) => ({ name: `${i}`, data: '', extra, localExtra: Buffer.alloc(0) })))
}

const twoGib = () => zipOf([{ name: 'zeros', ...deflatedZeros(2 * GIB) }])
const threeGib = () => zipOf([{ name: 'zeros', ...deflatedZeros(3 * GIB) }])
const hole = (size: number) => ({ name: 'hole', pax: { 'GNU.sparse.map': '0,0', 'GNU.sparse.size': `${size}` } })

const BZIP2_EMPTY = Buffer.from('425a683917724538509000000000', 'hex')
/** 1.4 MB and more that hold nothing, but cost a decoder each. */
const framesOf = (frame: Buffer): Buffer => Buffer.concat(times(100_000, () => frame))

export const BOMBS: HostileCases = {
  'archive_bomb/zip-flat': ['a.zip', () => zipBomb()],
  'archive_bomb/zip-flat-many-members': [
    'a.zip',
    () => zipOf(times(10, (i) => ({ name: `${i}`, ...deflatedZeros(GIB / 2) }))),
  ],
  'archive_bomb/zip-overlapping-kernel': ['a.zip', overlappingKernel],
  'archive_bomb/zip-nested-seven-deep': ['a.zip', () => zipNested(7, { name: 'a', data: 'a' })],
  'archive_bomb/zip-nested-stored': [
    'a.zip',
    () => repeat(7, (data, i) => zipOf([{ name: `${i}.zip`, data, method: 0 }]), zipOf([{ name: 'a', data: 'a' }])),
  ],
  'archive_bomb/zip-nested-wide': ['a.zip', () => zipNested(3, { name: 'a', data: '' }, 50)],
  'archive_bomb/zip-quine': ['r.zip', () => zipQuine()],
  'archive_bomb/zip-entries': ['a.zip', () => zipOfManyEntries(100_001)],
  'archive_bomb/zip-entries-over-layers': [
    'a.zip',
    () => zipOf(times(6, (i) => ({ name: `${i}.zip`, data: zipOfManyEntries(17_000) }))),
  ],
  'archive_bomb/zip-wide-directory': ['a.zip', wideDirectory],
  'archive_bomb/zip-layers-sum-up': [
    'a.tar',
    () =>
      tarOf([
        { name: 'a.zip', data: twoGib() },
        { name: 'b.zip', data: threeGib() },
      ]),
  ],
  'archive_bomb/zip-in-gzip': ['a.zip.gz', () => gzipOf(zipBomb({ expanded: SIX }))],
  'archive_bomb/gzip-flat': ['a.gz', () => gzipBomb(SIX)],
  'archive_bomb/gzip-frames': [
    'a.gz',
    () => {
      const frame = gzipBomb(GIB / 2)
      return Buffer.concat(times(10, () => frame))
    },
  ],
  'archive_bomb/gzip-empty-frames': ['a.gz', () => framesOf(gzipOf(Buffer.alloc(0)))],
  'archive_bomb/gzip-in-gzip': ['a.gz.gz', () => gzipOf(gzipBomb(SIX))],
  'archive_bomb/gzip-nested': ['a.gz', () => repeat(8, (data) => gzipOf(data), Buffer.from('text'))],
  'archive_bomb/tar-nested': [
    'a.tar',
    () => repeat(7, (data, i) => tarOf([{ name: `${i}.tar`, data }]), Buffer.from('text')),
  ],
  'archive_bomb/mixed-nested': [
    'a.tgz',
    () =>
      repeat(
        4,
        (data, i) => gzipOf(tarOf([{ name: `${i}.zip`, data: zipOf([{ name: `${i}.tgz`, data }]) }])),
        gzipOf(tarOf([{ name: 'a', data: 'text' }])),
      ),
  ],
  'archive_bomb/tar-sparse-terabyte': ['a.tar', () => tarOf([hole(2 ** 40)])],
  'archive_bomb/tar-sparse-many': ['a.tar', () => tarOf(times(50, (i) => ({ ...hole(2 ** 27), name: `${i}` })))],
  'archive_bomb/tar-sparse-petabytes': ['a.tar.gz', () => gzipOf(tarOf([hole(2 ** 52)]))],
  'archive_bomb/tar-long-name': ['a.tar', () => tarOf([{ name: 'a', gnuLongName: 'n'.repeat(2 * 1024 * 1024) }])],
  'archive_bomb/tar-long-pax': ['a.tar', () => tarOf([{ name: 'a', pax: { comment: 'n'.repeat(2 * 1024 * 1024) } }])],
  'archive_bomb/tar-entries': [
    'a.tar.gz',
    () => gzipOf(tarOf(times(100_001, (i) => ({ name: `${i % 10}/${i}`, type: '5' })))),
  ],
  'archive_bomb/zstd-flat': ['a.zst', () => zstdBomb(SIX), 'zstd'],
  'archive_bomb/zstd-empty-frames': ['a.zst', () => framesOf(zstdOf(Buffer.alloc(0))), 'zstd'],
  'archive_bomb/zstd-skippable-frames': ['a.zst', () => framesOf(zstdSkippable(Buffer.alloc(0))), 'zstd'],
  'archive_bomb/bzip2-empty-frames': ['a.bz2', () => framesOf(BZIP2_EMPTY), 'bzip2'],
  'archive_bomb/xz-flat': ['a.xz', () => xzBomb(SIX), 'xz'],
  'archive_bomb/bzip2-flat': ['a.bz2', () => bzip2Bomb(SIX), 'bzip2'],
  'archive_bomb/bzip2-text': ['a.k.bz2', bzip2TextBomb, 'bzip2'],
  'archive_bomb/bzip2-text-in-tar': ['a.tar', () => tarOf([{ name: 'a.k.bz2', data: bzip2TextBomb() }]), 'bzip2'],
  'archive_bomb/7z-flat': ['a.7z', sevenZipBomb, '7z'],
}

function sevenZipBomb(): Buffer {
  const { packed, size } = lzma2Zeros(SIX)
  return sevenZipOf([{ name: 'zeros', data: Buffer.alloc(0) }], { coder: LZMA2, packed, size, checked: false })
}
