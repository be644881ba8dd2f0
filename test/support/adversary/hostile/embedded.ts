import { deflateRawSync } from 'node:zlib'
import { noise } from '../../archives/bytes.ts'
import { hdf5File, lsdynaDeck, openfoamField, sbatchScript } from '../../archives/cae.ts'
import { isoFile, peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { cabOf } from '../formats/cabinet.ts'
import { cpioOf } from '../formats/cpio.ts'
import { xzOf, zstdOf } from '../formats/frames.ts'
import { lh5Of, lhaOf } from '../formats/lha.ts'
import { BZIP2_DECK, BZIP2_PE } from '../formats/packed.ts'
import { rar4Of, rar5Of } from '../formats/rar.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'
import { uuencoded } from '../formats/uuencoded.ts'

const deck = lsdynaDeck(300)
const members = [{ name: 'tool', data: peFile() }]
const tail = Buffer.from('$ the deck goes on\n'.repeat(40))
/** As far as 7-Zip looks, to the byte. */
const eightMib = () => Buffer.alloc(8 * 1024 * 1024, '$ comment\n')
const behind = (archive: Buffer) => () => Buffer.concat([deck, archive])
const inside = (archive: Buffer) => () => Buffer.concat([deck, archive, tail])
const zip = zipOf(members)

const ARCHIVES: Readonly<Record<string, Buffer>> = {
  '7z': sevenZipOf(members),
  rar4: rar4Of(members),
  rar5: rar5Of(members),
  cab: cabOf(members),
  tar: tarOf(members),
  'cpio-new': cpioOf(members),
  'cpio-old': cpioOf(members, 'old'),
  'cpio-little': cpioOf(members, 'little'),
  'cpio-big': cpioOf(members, 'big'),
  iso: isoFile(),
  gzip: gzipOf(peFile()),
  'gzip-tar': gzipOf(tarOf(members)),
  'gzip-in-gzip': gzipOf(gzipOf(peFile())),
}
/** What only an outside tool decodes; without it nothing is said. */
const PACKED = { xz: xzOf(peFile()), zstd: zstdOf(peFile()), bzip2: BZIP2_PE } as const

const notes = (stream: Buffer) =>
  Array.from({ length: 200 }, (_, i) => ({
    name: `${i}/notes.txt`,
    data: Buffer.concat([Buffer.from('note '), stream]),
  }))

/** 7-Zip looks for archives in the first 8 MiB of what it does not know, and unpacks the first one. */
export const EMBEDDED: HostileCases = {
  ...Object.fromEntries(
    Object.entries(ARCHIVES).flatMap(([name, archive]) => [
      [`ambiguous_archive/deck-then-${name}`, ['a.k', behind(archive)] as const],
      [`ambiguous_archive/deck-around-${name}`, ['a.k', inside(archive)] as const],
    ]),
  ),
  'ambiguous_archive/uuencoded-in-front-of-6-mib': [
    'a.txt',
    () => Buffer.concat([Buffer.from(uuencoded('tool', peFile())), lsdynaDeck(90_000)]),
  ],
  'ambiguous_archive/deck-then-lha': ['a.k', behind(lhaOf('tool', peFile()))],
  'ambiguous_archive/deck-then-lha-lh5': [
    'a.k',
    behind(lhaOf('tool', lh5Of(peFile()), { method: '-lh5-', size: peFile().length })),
  ],
  'ambiguous_archive/deck-then-lha-wrong-size': ['a.k', behind(lhaOf('tool', peFile(), { size: 0 }))],
  // 7-Zip gets nothing out of the first member, and goes on.
  'ambiguous_archive/deck-then-lha-of-nothing-and-far-lha': [
    'a.k',
    behind(Buffer.concat([lhaOf('a', Buffer.alloc(9_000_000), { size: 1 }).subarray(0, -1), lhaOf('tool', peFile())])),
  ],
  'ambiguous_archive/deck-around-zip': ['a.k', inside(zip)],
  'ambiguous_archive/deck-around-far-7z': [
    'a.k',
    () => Buffer.concat([lsdynaDeck(100_000), sevenZipOf(members), tail]),
  ],
  'ambiguous_archive/deck-then-7z-at-8-mib': ['a.k', () => Buffer.concat([eightMib(), sevenZipOf(members)])],
  'ambiguous_archive/deck-then-gzip-at-8-mib': ['a.k', () => Buffer.concat([eightMib(), gzipOf(peFile())])],
  'ambiguous_archive/script-then-tar-gz': ['setup.sh', () => Buffer.concat([sbatchScript(), gzipOf(tarOf(members))])],
  'ambiguous_archive/field-then-7z': ['0/p', () => Buffer.concat([openfoamField(), sevenZipOf(members)])],
  'ambiguous_archive/unknown-then-tar': ['state.001', () => Buffer.concat([noise(3000), tarOf(members)])],
  'ambiguous_archive/hdf5-then-7z': ['a.h5', () => Buffer.concat([hdf5File(), sevenZipOf(members)])],
  'ambiguous_archive/in-zip-deck-around-7z': [
    'a.zip',
    () => zipOf([{ name: 'a.k', data: inside(sevenZipOf(members))() }]),
  ],
  'ambiguous_archive/text-in-gzip-around-tar': ['a.gz', () => gzipOf(inside(tarOf(members))())],
  ...Object.fromEntries(
    Object.entries(PACKED).map(([codec, packed]) => [
      `ambiguous_archive/deck-then-${codec}`,
      ['a.k', behind(packed)] as const,
    ]),
  ),
  // Each of them costs a process.
  'not_inspectable/streams-in-200-notes': ['a.zip', () => zipOf(notes(Buffer.from([...BZIP2_DECK, ...tail])))],
  'ambiguous_archive/deck-around-headless-gzip': [
    'a.k',
    inside(Buffer.concat([Buffer.from('1f8b08000000000002ff', 'hex'), deflateRawSync(peFile())])),
  ],
}
