import { noise } from '../../archives/bytes.ts'
import { hdf5File, lsdynaDeck, pngFile } from '../../archives/cae.ts'
import { elfFile, oleFile } from '../../archives/executables.ts'
import { tarOf } from '../../archives/tar.ts'
import { type ZipOptions, zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { cpioOf } from '../formats/cpio.ts'
import { lz4Of, zstdOf, zstdSkippable } from '../formats/frames.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'
import { gzipWithExtra, matFile, sketchUp, sqliteFile, storedGzip } from '../hosts.ts'

const MAT = matFile()
const BINARY = Buffer.from(Array.from({ length: 2048 }, (_, i) => i & 0xff))
const tool = { name: 'payload.so', data: elfFile() }

const behind = (host: Buffer, options: ZipOptions = {}) => zipOf([tool], { prefix: host, ...options })
/** The offsets of all are too high by so much: tools put them right by where the directory really lies. */
const tooHigh = (host: Buffer, by: number): Buffer =>
  zipOf([tool], { prefix: Buffer.concat([Buffer.alloc(by), host]) }).subarray(by)

/** A zip beyond the reach of 7-Zip, with its end record as far from the end as unzip finds it. */
function atReachOfUnzip(): Buffer {
  const [block, reach] = [8192, 463 + 9 * 8192]
  const trailer = Buffer.alloc(reach - 22, '\n')
  const front = Buffer.alloc(9 * 1024 * 1024, '$ comment\n')
  const excess = (front.length + behind(Buffer.alloc(0)).length + trailer.length - 463) % block
  return behind(front.subarray(excess), { suffix: trailer })
}

/** A zip whose last comment reaches over the rest of a container that holds it as it is. */
function across(wrap: (member: Buffer) => Buffer): Buffer {
  const plain = wrap(MAT)
  const at = plain.indexOf(MAT)
  const front = Buffer.concat([plain.subarray(0, at), MAT])
  const member = (comment: number) =>
    zipOf([tool], { prefix: front, comment: Buffer.alloc(comment) }).subarray(at, comment === 0 ? undefined : -comment)
  const whole = wrap(member(0))
  const rest = whole.length - at - member(0).length
  return wrap(member(rest))
}
const oddVersion = (file: Buffer): Buffer => {
  const out = Buffer.from(file)
  out.writeUInt16LE(0x1414, out.indexOf('PK\x03\x04', 0, 'latin1') + 4)
  return out
}

/** Zips that tools find from the end of what is none, with figures that they put right or do not look at. */
export const ZIP_TAILS: HostileCases = {
  ...Object.fromEntries(
    Object.entries({
      'a.mat': MAT,
      'a.h5': hdf5File(),
      'a.png': pngFile(),
      'a.bin': BINARY,
      'a.ole.doc': oleFile(),
    }).flatMap(([path, host]) => [
      [`ambiguous_archive/zip-offsets-too-high-${path}`, [path, () => tooHigh(host, 1000)] as const],
      [`ambiguous_archive/zip-offsets-too-low-${path}`, [path, () => behind(host, { prefixCounted: false })] as const],
      [`ambiguous_archive/zip64-behind-${path}`, [path, () => behind(host, { zip64: true })] as const],
    ]),
  ),
  'ambiguous_archive/mat-zip-thousands-of-ends': [
    'a.mat',
    () => {
      const front = zipOf(
        Array.from({ length: 4000 }, (_, i) => ({ name: `${i}` })),
        { prefix: MAT },
      )
      const end = Buffer.from(front.subarray(-22))
      end.writeUInt32LE(10, 12)
      return Buffer.concat([front, ...Array.from({ length: 2900 }, () => end), Buffer.from('x')])
    },
  ],
  'ambiguous_archive/mat-zip-count-zero': ['a.mat', () => behind(MAT, { entryCount: 0 })],
  'ambiguous_archive/mat-zip-directory-size': ['a.mat', () => behind(MAT, { directorySize: 10 })],
  'ambiguous_archive/mat-zip-all-ones': [
    'a.mat',
    () => behind(MAT, { entryCount: 0xffff, directorySize: 0xffffffff, directoryOffset: 0xffffffff }),
  ],
  'executable/mat-zip-line-behind': ['a.mat', () => behind(MAT, { suffix: Buffer.from('\n') })],
  'executable/hdf5-zip-line-behind': ['a.h5', () => behind(hdf5File(), { suffix: Buffer.from('\n') })],
  'ambiguous_archive/hdf5-zip-line-behind-too-high': [
    'a.h5',
    () => Buffer.concat([tooHigh(hdf5File(), 1000), Buffer.from('\n')]),
  ],
  'ambiguous_archive/deck-zip-odd-version': ['a.k', () => oddVersion(tooHigh(lsdynaDeck(300), 500))],
  'ambiguous_archive/unknown-zip64-odd-version': ['a.bin', () => oddVersion(behind(BINARY, { zip64: true }))],
  'ambiguous_archive/deck-zip-at-reach-of-unzip': ['a.k', atReachOfUnzip],
  'ambiguous_archive/zip-across-tar': ['a.tar', () => across((data) => tarOf([{ name: 'a.mat', data }]))],
  'ambiguous_archive/zip-across-cpio': ['a.cpio', () => across((data) => cpioOf([{ name: 'a.mat', data }])), 'cpio'],
  'ambiguous_archive/zip-across-7z': ['a.7z', () => across((data) => sevenZipOf([{ name: 'a.mat', data }])), '7z'],
  'ambiguous_archive/zip-across-gzip': ['a.mat.gz', () => across(storedGzip)],
  'executable/zip-in-sketchup': ['a.skp', () => behind(sketchUp())],
  'executable/zip-in-sketchup-under-any-name': ['a.mat', () => behind(sketchUp())],
  'executable/zip-in-sketchup-not-counted': ['a.skp', () => behind(sketchUp(), { prefixCounted: false })],
  'ambiguous_archive/7z-in-sketchup': ['a.skp', () => Buffer.concat([sketchUp(), sevenZipOf([tool])])],
  'executable/zip-in-pages-of-sqlite': ['a.db', () => sqliteFile(zipOf([tool]))],
  'ambiguous_archive/zip-behind-sqlite': ['a.db', () => behind(sqliteFile(Buffer.alloc(0)))],
  'ambiguous_archive/zip-in-gzip-extra': ['a.k.gz', () => gzipWithExtra(behind(MAT), lsdynaDeck(300))],
  'executable/elf-in-gzip-extra': ['a.k.gz', () => gzipWithExtra(elfFile(), lsdynaDeck(300))],
  'executable/elf-in-zstd-skippable': [
    'a.zst',
    () => Buffer.concat([zstdSkippable(elfFile()), zstdOf(lsdynaDeck(9))]),
    'zstd',
  ],
  'ambiguous_archive/zip-in-zstd-skippable': [
    'a.zst',
    () => Buffer.concat([zstdOf(lsdynaDeck(9)), zstdSkippable(behind(MAT)), zstdOf(lsdynaDeck(9))]),
    'zstd',
  ],
  'ambiguous_archive/long-zip-in-zstd-skippable': [
    'a.zst',
    () =>
      Buffer.concat([zstdOf(lsdynaDeck(9)), zstdSkippable(behind(Buffer.alloc(300_000, 7))), zstdOf(noise(90_000))]),
    'zstd',
  ],
  'executable/elf-in-lz4-skippable': [
    'a.lz4',
    () => Buffer.concat([zstdSkippable(elfFile()), lz4Of(lsdynaDeck(9))]),
    'lz4',
  ],
  'ambiguous_archive/zip-in-lz4-skippable': [
    'a.lz4',
    () => Buffer.concat([lz4Of(lsdynaDeck(9)), zstdSkippable(behind(MAT)), lz4Of(noise(90_000))]),
    'lz4',
  ],
}
