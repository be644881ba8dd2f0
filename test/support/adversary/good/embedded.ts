import { deflateSync } from 'node:zlib'
import { noise } from '../../archives/bytes.ts'
import { fmuLike, hdf5File, lsdynaDeck, momentsCsv, pngFile } from '../../archives/cae.ts'
import { gzipOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { GoodCases } from '../case.ts'
import { cpioOf } from '../formats/cpio.ts'
import { xzOf, xzWithDictionary, zstdBomb, zstdOf, zstdWith } from '../formats/frames.ts'
import { oleWith } from '../formats/ole.ts'
import { BZIP2_DECK } from '../formats/packed.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'
import { matFile, sqliteFile } from '../hosts.ts'
import { pdfFile } from '../pictures.ts'

const deck = lsdynaDeck(20)
/** More than is kept of the end. */
const more = noise(140_000, 3)
const zip = zipOf([
  { name: 'model/a.k', data: deck },
  { name: 'model/forces.csv', data: momentsCsv() },
  { name: 'model/view.png', data: pngFile() },
])
const attached = sevenZipOf([{ name: 'a.k', data: deck }])
const folder = { name: 'model/', data: Buffer.alloc(0), method: 0 }
const chunks = (chunk: (data: Buffer) => Buffer) =>
  Buffer.concat(Array.from({ length: 40 }, (_, i) => chunk(Buffer.concat([noise(500, i + 1), deck]))))
const hdf5With = (...parts: readonly Buffer[]) => Buffer.concat([hdf5File(), ...parts])
const words = (value: number, count: number): Buffer => {
  const out = Buffer.alloc(4 * count)
  for (let i = 0; i < count; i++) out.writeUInt32LE(value, 4 * i)
  return out
}
/** Counts on through marks of zip, ext, FAT and cpio. */
const counting = (from: number, count: number): Buffer => {
  const out = Buffer.alloc(4 * count)
  for (let i = 0; i < count; i++) out.writeUInt32LE(from + i, 4 * i)
  return out
}

/** Elements that all have node 559,903, whose bytes are the mark of gzip, and others around it. */
const likeGzip = (count: number): Buffer => {
  const out = Buffer.alloc(16 * count)
  for (let i = 0; i < count; i++) {
    for (const [k, node] of [559_903, i, 0x2a000 + ((i * 256) % 0x20000), 7 * i].entries()) {
      out.writeUInt32LE(node, 16 * i + 4 * k)
    }
  }
  return out
}

/** Each a thousandth of its length when it is packed. */
const zeros = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `u${i}.dat`, data: Buffer.alloc(1024 * 1024), method: 8 as const }))

/** Each of the three costs a process; together they are more than a small upload may ask for. */
const stepsWithBzip2 = () =>
  zipOf(
    Array.from({ length: 51 }, (_, i) => ({
      name: `step${i}.h5`,
      data: hdf5With(BZIP2_DECK, BZIP2_DECK, BZIP2_DECK, noise(20_000, i + 1)),
    })),
  )

/** Noise that is full of marks of zstd, gzip and xz. */
const likeStreams = (): Buffer => {
  const out = noise(400_000, 5)
  const marks = ['28b52ffd', '1f8b08', 'fd377a585a00'].map((hex) => Buffer.from(hex, 'hex'))
  for (let at = 50; at < out.length; at += 997) marks[at % 3]?.copy(out, at)
  return out
}

/** Names of parts, each in 80 bytes, of which some look like headers of LHA whose sums fit. */
const likeLha = () =>
  Buffer.concat(
    Array.from({ length: 20_000 }, (_, i) => {
      const name = `${String.fromCharCode(65 + (i % 26), 65 + ((i >> 3) % 26))}-lh${i % 8}-CLIP${i}`
      return Buffer.from(name.padEnd(80, '\0'), 'latin1')
    }),
  )

/** What binary formats hold that looks like archives, or is one, and is wanted. */
export const EMBEDDED_GOOD: GoodCases = {
  'hdf5-zlib-chunks': ['a.h5', () => hdf5With(chunks((data) => deflateSync(data)))],
  'hdf5-zstd-chunks': ['a.h5', () => hdf5With(chunks(zstdOf))],
  'hdf5-gzip-blobs': ['a.h5', () => hdf5With(chunks(gzipOf), more)],
  'hdf5-xz-blob': ['a.h5', () => hdf5With(xzOf(deck), more)],
  'hdf5-bzip2-chunks': ['a.h5', () => hdf5With(...Array.from({ length: 40 }, () => BZIP2_DECK))],
  'zip-of-steps-with-bzip2-chunks': { file: ['a.zip', stepsWithBzip2], isHeavy: true },
  'hdf5-zip-far-from-the-end': ['a.h5', () => hdf5With(zip, more)],
  'hdf5-zip-of-zeros': ['a.h5', () => hdf5With(zipOf(zeros(40)), more)],
  'hdf5-zip-with-folder-far-from-the-end': [
    'a.h5',
    () => hdf5With(zipOf([folder, { name: 'model/a.k', data: deck }]), more),
  ],
  'hdf5-zip-at-6-mib': ['a.h5', () => hdf5With(Buffer.alloc(6 * 1024 * 1024), zip, more)],
  'hdf5-fmu-in-dataset': ['a.h5', () => hdf5With(fmuLike(), Buffer.alloc(64, 7))],
  'hdf5-picture': ['a.h5', () => hdf5With(pngFile(), more)],
  'mat-zlib-elements': ['a.mat', () => Buffer.concat([matFile(), chunks((data) => deflateSync(data))])],
  'sqlite-gzip-tiles': ['tiles.db', () => sqliteFile(chunks(gzipOf))],
  'pdf-zip-attached': ['a.pdf', () => Buffer.concat([pdfFile(), zip, more, pdfFile()])],
  'mat-node-ids-like-zip': ['ids.mat', () => Buffer.concat([matFile(), counting(0x04034000, 20_000)])],
  'mat-ids-like-file-systems': [
    'ids.mat',
    () => Buffer.concat([matFile(), counting(0xef00, 600), counting(0xaa550000, 600), counting(0xc771, 300)]),
  ],
  'mat-noise-like-cpio': [
    'a.mat',
    () => Buffer.concat([matFile(), cpioOf([{ name: 'a', data: deck }], 'little').subarray(0, 28), noise(9000)]),
  ],
  'hdf5-part-names-like-lha': ['a.h5', () => hdf5With(likeLha())],
  'mat-node-ids-like-gzip': ['ids.mat', () => Buffer.concat([matFile(), likeGzip(20_000)])],
  'text-about-disk-images': [
    'a.txt',
    () => Buffer.from('A VHD ends with conectix, a VMDK begins with KDMV, QCOW with QFI.\n'),
  ],
  'mat-words-like-disk-images': [
    'ids.mat',
    () => Buffer.concat([matFile(), words(0xbeda107f, 600), words(0xfb494651, 600), words(0x564d444b, 600)]),
  ],
  'mat-noise-like-streams': ['a.mat', () => Buffer.concat([matFile(), likeStreams()])],
  'hdf5-full-of-zstd-marks': ['a.h5', () => hdf5With(words(0xfd2fb528, 60_000))],
  'hdf5-xz-blob-of-4-gib-dictionary': ['a.h5', () => hdf5With(xzWithDictionary(40, xzOf(deck)), more)],
  'hdf5-zstd-blob-of-2-gib-window': ['a.h5', () => hdf5With(zstdWith('00a8', deck), more)],
  'ole-with-7z-attached': ['mail.msg', () => oleWith(Buffer.concat([noise(5000), attached]))],
  'ole-of-200-kb-with-7z-attached': ['mail.msg', () => oleWith(Buffer.concat([noise(200_000), attached]))],
  'hdf5-zstd-chunk-of-10-mib-of-zeros': ['a.h5', () => hdf5With(zstdBomb(10_000_000), more)],
  'hdf5-full-of-55aa': ['a.h5', () => hdf5With(words(0xaa55aa55, 60_000))],
  'hdf5-full-of-zip-marks': ['a.h5', () => hdf5With(words(0x04034b50, 60_000))],
  'unknown-full-of-ef53': ['state.002', () => words(0xef53ef53, 60_000)],
}
