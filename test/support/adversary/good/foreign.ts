import { u32 } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { Decoder, GoodCases } from '../case.ts'
import { cpioOf } from '../formats/cpio.ts'
import { lz4Legacy, lz4Of, lzma2Stored, xzOf, zstdOf, zstdSkippable } from '../formats/frames.ts'
import { BZIP2_DECK, BZIP2_ENDS_WITH_ZERO, LZMA_DECK, SMALL_DECK } from '../formats/packed.ts'
import { rar5Of } from '../formats/rar.ts'
import { LZMA2, sevenZipOf } from '../formats/seven-zip.ts'
import { zipLzma, zipPacked } from '../formats/zip-packed.ts'
import { SPECIMENS } from '../specimens.ts'

const deck = lsdynaDeck(20)
/** 7-Zip sizes it by what it packs; .lzma files have but a few sizes. */
const oddDictionary = (packed: Buffer): Buffer => {
  const out = Buffer.from(packed)
  out.writeUInt32LE(5 * 1024 * 1024, 5)
  return out
}
const tar = () => tarOf([{ name: '해석/a.k', data: deck }])

/** One of each format with a decoder of its own, and what is odd among them. */
const line = Buffer.from('cycle 100  t= 1.0e-04  dt= 1.0e-06\n')
const LZ4_EMPTY = Buffer.from('04224d1860408200000000', 'hex')
const LZ4_EMPTY_CHECKED = Buffer.from('04224d186440a700000000055dcc02', 'hex')

/** As seekable zstd writes it: for each frame its length packed and unpacked. */
const seekTable = (frames: number): Buffer =>
  Buffer.concat([
    ...Array.from({ length: frames }, (_, i) => Buffer.concat([u32(9000 + ((i * 7919) % 50_000)), u32(65_536)])),
    Buffer.concat([u32(frames), Buffer.from([0]), u32(0x8f92eab1)]),
  ])
const notes = Buffer.concat([Buffer.from('notes v1 '), gzipOf(line), gzipOf(line)])

export const FOREIGN_GOOD: GoodCases = {
  ...Object.fromEntries(
    Object.entries(SPECIMENS).map(([decoder, [path, bytes]]) => [decoder, [path, bytes, decoder as Decoder] as const]),
  ),
  'xz-tar': ['a.tar.xz', () => xzOf(tar()), 'xz'],
  'xz-two-streams': ['a.k.xz', () => Buffer.concat([xzOf(deck), xzOf(deck)]), 'xz'],
  'xz-padded': ['a.k.xz', () => Buffer.concat([xzOf(deck), Buffer.alloc(8)]), 'xz'],
  'zstd-tar': ['a.tar.zst', () => zstdOf(tar()), 'zstd'],
  'zstd-two-frames': ['a.k.zst', () => Buffer.concat([zstdOf(deck), zstdOf(deck)]), 'zstd'],
  'zstd-skippable': ['a.k.zst', () => Buffer.concat([zstdSkippable(Buffer.from('made by')), zstdOf(deck)]), 'zstd'],
  'zstd-seek-table': ['a.k.zst', () => Buffer.concat([zstdOf(deck), zstdSkippable(seekTable(30_000))]), 'zstd'],
  'lz4-skippable-gzip-of-text': ['a.k.lz4', () => Buffer.concat([zstdSkippable(notes), lz4Of(deck)]), 'lz4'],
  'lz4-two-frames': ['a.k.lz4', () => Buffer.concat([lz4Of(deck), lz4Of(deck)]), 'lz4'],
  'lz4-empty': ['a.k.lz4', () => LZ4_EMPTY, 'lz4'],
  'lz4-empty-with-check-sum': ['a.k.lz4', () => LZ4_EMPTY_CHECKED, 'lz4'],
  'lz4-empty-between-frames': ['a.k.lz4', () => Buffer.concat([lz4Of(deck), LZ4_EMPTY_CHECKED, lz4Of(deck)]), 'lz4'],
  'lz4-empty-at-the-end': ['a.k.lz4', () => Buffer.concat([lz4Of(deck), LZ4_EMPTY]), 'lz4'],
  'log-of-3000-gzip-frames': ['run.log.gz', () => Buffer.concat(Array.from({ length: 3000 }, () => gzipOf(line)))],
  'log-of-3000-bzip2-streams': [
    'run.log.bz2',
    () => Buffer.concat(Array.from({ length: 3000 }, () => BZIP2_DECK)),
    'bzip2',
  ],
  'bzip2-then-5-zeros': ['a.k.bz2', () => Buffer.concat([BZIP2_DECK, Buffer.alloc(5)]), 'bzip2'],
  'bzip2-sum-ends-with-zero': ['a.k.bz2', () => BZIP2_ENDS_WITH_ZERO, 'bzip2'],
  'bzip2-sum-ends-with-zero-then-20': [
    'a.k.bz2',
    () => Buffer.concat([BZIP2_ENDS_WITH_ZERO, Buffer.alloc(20)]),
    'bzip2',
  ],
  'bzip2-two-streams': ['a.k.bz2', () => Buffer.concat([BZIP2_DECK, BZIP2_DECK]), 'bzip2'],
  '7z-lzma2': [
    'a.7z',
    () => sevenZipOf([{ name: '해석.k', data: deck }], { coder: LZMA2, packed: lzma2Stored(deck) }),
    '7z',
  ],
  rar5: ['a.rar', () => rar5Of([{ name: 'a.k', data: deck }]), 'rar'],
  ...Object.fromEntries(
    (['sum', 'old', 'afio', 'little', 'big'] as const).map((form) => [
      `cpio-${form}`,
      ['a.cpio', () => cpioOf([{ name: 'b/해석.k', data: deck }], form)] as const,
    ]),
  ),
  'cpio-filled-up': ['a.cpio', () => Buffer.concat([cpioOf([{ name: 'a.k', data: deck }]), Buffer.alloc(512)])],
  'cpio-link': {
    file: ['a.cpio', () => cpioOf([{ name: 'l', data: Buffer.from('a.k'), mode: 0o120777 }])],
    warns: ['inner_link'],
  },
  'cpio-words-in-text': ['a.dat', () => Buffer.from('070707 070701 070702\n'.repeat(20_000))],
  'lz4-legacy-zeros': ['a.dat.lz4', () => lz4Legacy(Buffer.concat([lsdynaDeck(50), Buffer.alloc(5000)])), 'lz4'],
  'lz4-legacy-empty': ['a.k.lz4', () => Buffer.from('02214c18', 'hex'), 'lz4'],
  'lz4-legacy-behind-skippable': [
    'a.k.lz4',
    () => Buffer.concat([zstdSkippable(Buffer.alloc(20)), lz4Legacy(lsdynaDeck(50))]),
    'lz4',
  ],
  'lz4-legacy': ['a.k.lz4', () => lz4Legacy(lsdynaDeck(5000)), 'lz4'],
  'lz4-tar-of-4-mib': ['a.tar.lz4', () => lz4Of(tarOf([{ name: 'a.k', data: lsdynaDeck(60_000) }])), 'lz4'],
  'zip-lzma-odd-dictionary': ['a.zip', () => zipPacked(14, oddDictionary(zipLzma(LZMA_DECK)), SMALL_DECK), 'zip-lzma'],
  'xz-in-zip': ['a.zip', () => zipOf([{ name: 'a.k.xz', data: xzOf(deck) }]), 'xz'],
  'zstd-in-tar-gz': ['a.tgz', () => gzipOf(tarOf([{ name: 'a.k.zst', data: zstdOf(deck) }])), 'zstd'],
}
