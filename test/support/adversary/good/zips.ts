import { deflateRawSync } from 'node:zlib'
import { deflatedZeros, zipNested, zipOfManyEntries } from '../../archives/bombs.ts'
import { noise, u16, u32 } from '../../archives/bytes.ts'
import { fmuLike, lsdynaDeck, momentsCsv, openfoamField } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { asiMode, streamMode, unicodePathExtra, type ZipMember, zipOf } from '../../archives/zip.ts'
import type { GoodCases } from '../case.ts'

const deck = lsdynaDeck(20)
const MIB = 1024 * 1024
const CP949 = Buffer.from('c7d1b1db2e6b', 'hex') // 한글.k
const CP949_5C = Buffer.from('8b5c2e6b', 'hex') // a letter whose second byte is a backslash
const SHIFT_JIS = Buffer.from('955c2e6b', 'hex') // 表.k
const UTF16_MODEL = Buffer.from('\ufeff<fmiModelDescription fmiVersion="3.0"/>', 'utf16le')
const one = (member: Partial<ZipMember> = {}, options = {}) => zipOf([{ name: 'a.k', data: deck, ...member }], options)
/** Times of last access and so on, as Info-ZIP writes them; shorter in the directory than in the member. */
const TIMES = Buffer.concat([u16(0x5455), u16(9), Buffer.from([3]), u32(1), u32(2)])
const SHORT_TIMES = Buffer.concat([u16(0x5455), u16(5), Buffer.from([3]), u32(1)])
/** Three Windows times behind a reserved word and a tag. */
const NTFS_TIMES = Buffer.concat([u16(0x000a), u16(32), u32(0), u16(1), u16(24), noise(24)])
const FOAM = [
  '0/p',
  '0/U',
  'constant/polyMesh/points',
  'constant/transportProperties',
  'system/controlDict',
  'system/fvSchemes',
]

export const ZIPS: GoodCases = {
  zip: ['a.zip', () => one()],
  'zip-empty': ['a.zip', () => zipOf([])],
  'zip-stored': ['a.zip', () => one({ method: 0 })],
  'zip-folders': ['a.zip', () => zipOf([{ name: 'a/' }, { name: 'a/b/' }, { name: 'a/b/c.k', data: deck }])],
  'zip-without-folder-lines': ['a.zip', () => one({ name: 'a/b/c/d.k' })],
  'zip-descriptor-signed': ['a.zip', () => one({ descriptor: 'signed32' })],
  'zip-descriptor-unsigned': ['a.zip', () => one({ descriptor: 'unsigned32' })],
  'zip-descriptor-signed64': ['a.zip', () => one({ descriptor: 'signed64' })],
  'zip-descriptor-unsigned64': ['a.zip', () => one({ descriptor: 'unsigned64' })],
  'zip-descriptor-stored': ['a.zip', () => one({ descriptor: 'signed32', method: 0 })],
  'zip-descriptor-and-sizes': ['a.zip', () => one({ descriptor: 'signed32', local: { size: deck.length } })],
  'zip-empty-file-with-descriptor': [
    'a.zip',
    () => one({ data: '', raw: Buffer.from('0300', 'hex'), descriptor: 'signed32' }),
  ],
  'zip-folder-deflated-with-descriptor': [
    'a.zip',
    () =>
      zipOf([
        { name: 'a/', raw: Buffer.from('0300', 'hex'), descriptor: 'signed32' },
        { name: 'a/b.k', data: deck },
      ]),
  ],
  'zip64-small': ['a.zip', () => one({ zip64: true }, { zip64: true })],
  'zip64-member-only': ['a.zip', () => one({ zip64: true })],
  'zip64-end-only': ['a.zip', () => one({}, { zip64: true })],
  'zip64-disk-in-extra': ['a.zip', () => one({ zip64: true, disk64: 0 }, { zip64: true })],
  'zip64-descriptor': ['a.zip', () => one({ zip64: true, descriptor: 'signed64' }, { zip64: true })],
  'zip-backslashes': ['a.zip', () => zipOf([{ name: 'a\\' }, { name: 'a\\b.k', data: deck }])],
  'zip-macos': [
    'a.zip',
    () =>
      zipOf([
        { name: 'a.k', data: deck, descriptor: 'signed32' },
        { name: '__MACOSX/' },
        {
          name: '__MACOSX/._a.k',
          data: Buffer.concat([Buffer.from('0005160700020000', 'hex'), noise(200)]),
          descriptor: 'signed32',
        },
      ]),
  ],
  'zip-cp949': ['a.zip', () => one({ name: CP949 })],
  'zip-cp949-backslash-byte': ['a.zip', () => one({ name: CP949_5C })],
  'zip-shift-jis': ['a.zip', () => one({ name: SHIFT_JIS })],
  'zip-cp949-unicode-field': ['a.zip', () => one({ name: CP949, extra: unicodePathExtra(CP949, '한글.k') })],
  'zip-question-marks-unicode-field': ['a.zip', () => one({ name: '??.k', extra: unicodePathExtra('??.k', '한글.k') })],
  'zip-cp949-local-unicode-field': ['a.zip', () => one({ name: CP949, localExtra: unicodePathExtra(CP949, '한글.k') })],
  'zip-unicode-field-in-directory-only': [
    'a.zip',
    () => one({ name: CP949, extra: unicodePathExtra(CP949, '한글.k'), localExtra: Buffer.alloc(0) }),
  ],
  'zip-attributes-for-streams': ['a.zip', () => one({ localExtra: streamMode(0o100644), extra: Buffer.alloc(0) })],
  'zip-attributes-for-streams-of-folders': [
    'a.zip',
    () =>
      zipOf([
        { name: 'a/', localExtra: streamMode(0o040755) },
        { name: 'a/b.k', data: deck },
      ]),
  ],
  'zip-asi-unix': ['a.zip', () => one({ extra: asiMode(0o100644) })],
  'zip-asi-unix-without-type': ['a.zip', () => one({ extra: asiMode(0o644) })],
  'zip-ntfs-times': ['a.zip', () => one({ extra: NTFS_TIMES })],
  'zip-java': ['a.zip', () => one({ localExtra: Buffer.from('feca0000', 'hex') })],
  'zip-member-comment': ['a.zip', () => one({ comment: Buffer.from('MZ: mesh of the wing') })],
  'zip-padded-extra': ['a.zip', () => one({ localExtra: Buffer.alloc(3) })],
  'zip-stale-unicode-field': ['a.zip', () => one({ extra: unicodePathExtra('other', 'b.exe') })],
  'zip-utf8-names': ['a.zip', () => one({ name: '해석/차체 #1.k' })],
  'zip-utf8-without-flag': ['a.zip', () => one({ name: '해석.k', flags: 0 })],
  'zip-20000-members': { file: ['a.zip', () => zipOfManyEntries(20_000)], isHeavy: true },
  'zip-70000-members': { file: ['a.zip', () => zipOfManyEntries(70_000)], isHeavy: true },
  'zip-case-only': [
    'a.zip',
    () =>
      zipOf([
        { name: 'a.k', data: deck },
        { name: 'A.k', data: 'b' },
      ]),
  ],
  'zip-extra-fields': ['a.zip', () => one({ extra: SHORT_TIMES, localExtra: TIMES })],
  'zip-comment': ['a.zip', () => one({}, { comment: 'made by the solver, 2026' })],
  'zip-comment-korean': ['a.zip', () => one({}, { comment: '해석 결과' })],
  'zip-comment-with-pk': ['a.zip', () => one({}, { comment: 'PK is a name, PK\x03\x04 is a sign' })],
  'zip-comment-longest': ['a.zip', () => one({}, { comment: 'c'.repeat(65_535) })],
  'zip-data-holds-signatures': [
    'a.zip',
    () => one({ method: 0, data: Buffer.from('text PK\x03\x04PK\x01\x02PK\x05\x06 in a text') }),
  ],
  'zip-stored-zip': ['a.zip', () => one({ name: 'b.zip', method: 0, data: one() })],
  'zip-three-deep': ['a.zip', () => zipNested(3, { name: 'a.k', data: deck })],
  'zip-six-deep': ['a.zip', () => zipNested(6, { name: 'a.k', data: deck })],
  'zip-deflate-level-0': ['a.zip', () => one({ raw: deflateRawSync(deck, { level: 0 }) })],
  'zip-deflate-pieces': ['a.zip', () => zipOf([{ name: 'zeros.dat', ...deflatedZeros(32 * MIB) }])],
  'zip-1000-to-1': ['a.zip', () => zipOf([{ name: 'field.dat', ...deflatedZeros(48 * MIB) }])],
  'zip-dos-folder-flag-utf8': ['a.zip', () => one({ flags: 0x800 })],
  'zip-compression-level-flags': ['a.zip', () => one({ flags: 2, local: { flags: 4 } })],
  fmu: ['pump.fmu', () => fmuLike()],
  'fmu-of-three': [
    'pump.fmu',
    () =>
      zipOf([
        { name: 'resources/a.k', data: deck },
        { name: 'binaries/x86_64-linux/pump.so.1', data: elfFile({ kind: 'shared' }) },
        { name: 'binaries/aarch64-darwin/more/pump.dylib', data: elfFile({ kind: 'shared' }) },
        { name: 'modelDescription.xml', data: UTF16_MODEL, method: 0 },
      ]),
  ],
  'fmu-in-zip': ['a.zip', () => zipOf([{ name: 'pump.fmu', data: fmuLike() }])],
  twin: ['pump.twin', () => fmuLike()],
  ssp: [
    'a.ssp',
    () =>
      zipOf([
        { name: 'SystemStructure.ssd', data: '<ssd:SystemStructureDescription/>' },
        { name: 'resources/pump.fmu', data: fmuLike() },
        { name: 'binaries/x86_64-linux/a.so', data: elfFile({ kind: 'shared' }) },
        { name: 'binaries/x86_64-windows/a.dll', data: peFile() },
      ]),
  ],
  'openfoam-tree': ['duct.zip', () => zipOf(FOAM.map((path) => ({ name: `duct/${path}`, data: openfoamField() })))],
  office: [
    'a.xlsx',
    () =>
      zipOf([
        { name: '[Content_Types].xml', data: '<a/>' },
        { name: 'xl/workbook.xml', data: '<a/>' },
      ]),
  ],
  'zip-csv-mz': ['a.zip', () => one({ name: 'forces.csv', data: momentsCsv() })],
  'zip-batch-file': { file: ['a.zip', () => one({ name: 'run.cmd', data: 'echo off' })], warns: ['windows_script'] },
  'zip-repeated-lines': {
    file: ['a.zip', () => zipOf([{ name: 'a/' }, { name: 'a.k', data: deck }, { name: 'a.k', sameAs: 1 }])],
    warns: ['odd_archive'],
  },
  'zip-repeated-folders': ['a.zip', () => zipOf([{ name: 'a/' }, { name: 'a/' }, { name: 'a/b.k', data: deck }])],
  'zip-zeros-between': {
    file: ['a.zip', () => zipOf([{ name: 'a' }, { name: 'b', before: Buffer.alloc(8) }])],
    warns: ['odd_archive'],
  },
  'zip-zeros-behind': { file: ['a.zip', () => one({}, { suffix: Buffer.alloc(512) })], warns: ['odd_archive'] },
  'zip-link': { file: ['a.zip', () => one({ name: 'b/l', data: '../a.k', mode: 0o120777 })], warns: ['inner_link'] },
  'zip-as-mesh': { file: ['wing.stl', () => one()], warns: ['container_mismatch'] },
}
