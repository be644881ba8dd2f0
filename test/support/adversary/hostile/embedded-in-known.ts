import { deflateRawSync } from 'node:zlib'
import { noise, u16, u32 } from '../../archives/bytes.ts'
import { hdf5File, lsdynaDeck, pngFile } from '../../archives/cae.ts'
import { isoFile, peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { cabOf } from '../formats/cabinet.ts'
import { cpioOf } from '../formats/cpio.ts'
import { xzOf, zstdOf, zstdWith } from '../formats/frames.ts'
import { lhaOf } from '../formats/lha.ts'
import { BZIP2_PE } from '../formats/packed.ts'
import { rar5Of } from '../formats/rar.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'
import { matFile, sqliteFile } from '../hosts.ts'
import { pdfFile } from '../pictures.ts'

const members = [{ name: 'tool', data: peFile() }]
const MIB = 1024 * 1024
const [mat, hdf5, png] = [matFile(), hdf5File(), pngFile(noise(600))]
const odb = Buffer.concat([Buffer.from('484b5352443000', 'hex'), noise(2000)])
const zip = zipOf(members)
const deck = { name: 'a.k', data: lsdynaDeck(20) }

/** A block of bzip2 as far as the number of its selectors, which is the largest there is. */
const begunBzip2 = Buffer.from(`${Buffer.from('BZh91AY&SY').toString('hex')}01010101000002c000400068ca4000`, 'hex')

const ARCHIVES: Readonly<Record<string, Buffer>> = {
  '7z': sevenZipOf(members),
  rar5: rar5Of(members),
  cab: cabOf(members),
  'cab-version-9': Buffer.concat([cabOf(members).subarray(0, 24), u16(9), cabOf(members).subarray(26)]),
  tar: tarOf(members),
  'cpio-new': cpioOf(members),
  'cpio-old': cpioOf(members, 'old'),
  'cpio-little': cpioOf(members, 'little'),
  lha: lhaOf('tool', peFile()),
  iso: isoFile(),
  gzip: gzipOf(peFile()),
  'gzip-tar': gzipOf(tarOf(members)),
  bzip2: BZIP2_PE,
  xz: xzOf(peFile()),
  zstd: zstdOf(peFile()),
}

const laid = (size: number, ...parts: readonly (readonly [at: number, bytes: Buffer])[]): Buffer => {
  const out = Buffer.alloc(size)
  for (const [at, bytes] of parts) bytes.copy(out, at)
  return out
}
const text = (words: string) => Buffer.from(words, 'latin1')
const END_OF_SECTOR: readonly [number, Buffer] = [510, Buffer.from('55aa', 'hex')]
/** Their first blocks, as far as 7-Zip looks before it believes them. */
const IMAGES: Readonly<Record<string, Buffer>> = {
  ext: laid(
    ...([4096, [1024, u32(16)], [1028, u32(100)], [1044, u32(1)], [1056, u32(8192)], [1064, u32(16)]] as const),
    [1080, u16(0xef53)],
  ),
  fat: laid(
    ...([4096, [0, Buffer.from('eb3c90', 'hex')], [11, u16(512)], [13, Buffer.from('010100', 'hex')]] as const),
    ...([[16, Buffer.from([2])], END_OF_SECTOR] as const),
  ),
  ntfs: laid(4096, [0, Buffer.from('eb5290', 'hex')], [3, text('NTFS    ')], [11, u16(512)], END_OF_SECTOR),
  squashfs: laid(4096, [0, text('hsqs')], [28, u16(4)]),
  cramfs: laid(4096, [0, Buffer.from('453dcd28', 'hex')], [16, text('Compressed ROMFS')]),
  'hfs-plus': laid(4096, [1024, text('H+\0\x04')], [1024 + 40, Buffer.from('00001000', 'hex')], [1068, u32(9)]),
  udf: laid(40_000, [32_768, text('\0BEA01\x01\0')]),
  gpt: laid(4096, END_OF_SECTOR, [512, text('EFI PART\0\0\x01\0')]),
  vhd: laid(512, [0, text('conectix')], [60, Buffer.from('00000002', 'hex')]),
  vmdk: laid(4096, [0, text('KDMV')]),
  qcow: laid(4096, [0, Buffer.from('514649fb00000002', 'hex')], [20, Buffer.from('00000010', 'hex')]),
  vdi: laid(4096, [64, Buffer.from('7f10dabe01000100', 'hex')], [72, u32(0x190)], [76, u32(1)]),
  xar: laid(4096, [0, Buffer.from('78617221001c0001', 'hex')]),
  wim: laid(4096, [0, Buffer.from('4d5357494d000000d0000000', 'hex')]),
}

const behind = (host: Buffer, archive: Buffer) => () => Buffer.concat([host, archive])
const inside = (host: Buffer, archive: Buffer) => () => Buffer.concat([host, archive, noise(140_000)])
/** With as many zeros between them that the archive begins at `at`. */
const far = (host: Buffer, at: number, archive: Buffer) => () =>
  Buffer.concat([host, Buffer.alloc(at - host.length), archive, noise(90_000, 2)])

/** Streams with a window that nobody takes: 7-Zip refuses them, and looks on. */
const doubtful = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => zstdWith('00f8', deck.data)))
/** What stands behind those of a mark that no tool believes. */
const refused = Buffer.from('1f8b0800000000000003ffffffffffffffff'.repeat(400), 'hex')

/** 7-Zip looks for archives behind the header of any format that it does not know itself. */
export const EMBEDDED_IN_KNOWN: HostileCases = {
  ...Object.fromEntries(
    Object.entries({ ...ARCHIVES, ...IMAGES }).flatMap(([name, archive]) => [
      [`ambiguous_archive/mat-then-${name}`, ['a.mat', behind(mat, archive)] as const],
      [`ambiguous_archive/hdf5-around-${name}`, ['a.h5', inside(hdf5, archive)] as const],
      [`ambiguous_archive/png-then-${name}`, ['a.png', behind(png, archive)] as const],
    ]),
  ),
  // At the beginning they count by what 7-Zip asks of them, as behind other bytes.
  'ambiguous_archive/cab-version-9-at-0': ['a.dat', () => ARCHIVES['cab-version-9'] as Buffer],
  'ambiguous_archive/cab-version-9-in-zip': [
    'a.zip',
    () => zipOf([{ name: 'a.dat', data: ARCHIVES['cab-version-9'] as Buffer }]),
  ],
  'ambiguous_archive/fat-without-label': ['a.dat', () => IMAGES.fat as Buffer],
  'ambiguous_archive/xar-version-0': ['a.dat', () => laid(4096, [0, Buffer.from('78617221001c0000', 'hex')])],
  'ambiguous_archive/odb-around-far-tar': ['a.odb', far(odb, 5 * MIB + 1, tarOf(members))],
  'ambiguous_archive/mat-then-gzip-at-8-mib': ['a.mat', far(mat, 8 * MIB, gzipOf(peFile()))],
  'ambiguous_archive/mat-then-cab-at-8-mib': ['a.mat', far(mat, 8 * MIB, cabOf(members))],
  'ambiguous_archive/mat-then-cpio-of-2-mib-at-8-mib': [
    'a.mat',
    far(mat, 8 * MIB, cpioOf([{ name: '\x01', data: noise(2 * MIB, 4) }, ...members], 'big')),
  ],
  'ambiguous_archive/sqlite-around-tar': ['a.db', inside(sqliteFile(noise(500)), tarOf(members))],
  'ambiguous_archive/pdf-around-gzip': ['a.pdf', inside(pdfFile(), gzipOf(peFile()))],
  'ambiguous_archive/in-zip-mat-then-tar': [
    'a.zip',
    () => zipOf([{ name: 'a.mat', data: Buffer.concat([mat, tarOf(members)]) }]),
  ],
  'ambiguous_archive/mat-around-zip': ['a.mat', inside(mat, zip)],
  'ambiguous_archive/hdf5-around-zip': ['a.h5', inside(hdf5, zipOf([deck, ...members]))],
  'ambiguous_archive/pdf-around-zip': ['a.pdf', inside(pdfFile(), zip)],
  'ambiguous_archive/odb-around-zip-without-directory': ['a.odb', inside(odb, zip.subarray(0, 300))],
  'ambiguous_archive/mat-around-zip-beyond-8-mib': [
    'a.mat',
    inside(mat, zipOf([{ name: 'a.raw', data: noise(9 * MIB), method: 0 }, ...members])),
  ],
  'ambiguous_archive/mat-around-bzip2-in-zip': ['a.mat', inside(mat, zipOf([{ name: 'a', data: gzipOf(peFile()) }]))],
  'ambiguous_archive/hdf5-around-nameless-zip': ['a.h5', inside(hdf5, zipOf([{ name: '\x01', data: peFile() }]))],
  'ambiguous_archive/deck-around-zip-of-odd-name': [
    'a.k',
    inside(lsdynaDeck(30), zipOf([{ name: '\x01', data: peFile() }])),
  ],
  'not_inspectable/mat-then-bzip2-begun-everywhere': [
    'a.mat',
    () => Buffer.concat([mat, ...Array(4000).fill(begunBzip2)]),
  ],
  'ambiguous_archive/mat-around-program-and-zeros-in-zip': [
    'a.mat',
    inside(mat, zipOf([{ name: 'a.dat', data: Buffer.concat([peFile(), Buffer.alloc(4 * MIB)]) }])),
  ],
  'not_inspectable/mat-then-doubtful-streams': ['a.mat', behind(mat, Buffer.concat([doubtful(40), gzipOf(peFile())]))],
  'not_inspectable/hdf5-around-600-zip-members': [
    'a.h5',
    inside(hdf5, zipOf([...Array.from({ length: 600 }, (_, i) => ({ ...deck, name: `${i}.k` })), ...members])),
  ],
  'ambiguous_archive/mat-then-gzip-behind-refused-ones': [
    'a.mat',
    behind(mat, Buffer.concat([refused, gzipOf(peFile())])),
  ],
  'ambiguous_archive/mat-then-doubtful-streams-and-two-gzips': [
    'a.mat',
    behind(mat, Buffer.concat([doubtful(5), gzipOf(peFile()), gzipOf(deflateRawSync(noise(90)))])),
  ],
}
