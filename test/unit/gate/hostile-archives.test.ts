import { expect, test } from 'vitest'
import { zipOfOverlaps, zipThatDeclaresLess, zipThatDeclaresMore } from '../../support/archives/bombs.ts'
import { noise } from '../../support/archives/bytes.ts'
import { lsdynaDeck, momentsCsv, pngFile } from '../../support/archives/cae.ts'
import { arOf, elfFile, peFile } from '../../support/archives/executables.ts'
import { gzipOf, tarOf } from '../../support/archives/tar.ts'
import { unicodePathExtra, zipOf } from '../../support/archives/zip.ts'
import { type HostileCase as Case, testHostile } from './expectations.ts'
import { judge, summary, verdictOf } from './judge.ts'

const deck = lsdynaDeck(20)
const peZip = () => zipOf([{ name: 'a', data: peFile() }])

const ambiguous: Case[] = [
  ['declares less than it holds', 'l.zip', () => zipThatDeclaresLess(), 'ambiguous_archive', 'small.dat'],
  ['declares more than it holds', 'm.zip', zipThatDeclaresMore, 'ambiguous_archive', 'large.dat'],
  ['overlapping members', 'o.zip', () => zipOfOverlaps(), 'ambiguous_archive', 'kernel.dat'],
  ['local name differs', 'n.zip', () => one({ local: { name: 'b' } }), 'ambiguous_archive', 'a'],
  ['local method differs', 'n.zip', () => one({ local: { method: 0 } }), 'ambiguous_archive', 'a'],
  ['local size differs', 'n.zip', () => one({ local: { size: 3 } }), 'ambiguous_archive', 'a'],
  ['local CRC differs', 'n.zip', () => one({ local: { crc: 3 } }), 'ambiguous_archive', 'a'],
  ['local flags differ', 'n.zip', () => one({ local: { flags: 1 } }), 'ambiguous_archive', 'a'],
  [
    'descriptor differs',
    'n.zip',
    () => one({ descriptor: 'signed32', descriptorClaim: { size: 1 } }),
    'ambiguous_archive',
    'a',
  ],
  [
    'bytes between members',
    'g.zip',
    () => zipOf([{ name: 'a' }, { name: 'b', before: Buffer.from('hidden') }]),
    'ambiguous_archive',
  ],
  [
    'bytes before the directory',
    'g.zip',
    () => one({}, { beforeDirectory: Buffer.from('hidden') }),
    'ambiguous_archive',
  ],
  ['bytes in front, counted', 'p.zip', () => one({}, { prefix: Buffer.from('PK\x03\x04') }), 'ambiguous_archive'],
  ['bytes behind', 't.zip', () => one({}, { suffix: Buffer.from('more') }), 'ambiguous_archive'],
  ['a second end record behind', 't.zip', () => one({}, { suffix: zipOf([]) }), 'ambiguous_archive'],
  ['an end record in the comment', 't.zip', () => one({}, { comment: zipOf([]) }), 'ambiguous_archive'],
  ['fewer entries announced', 'c.zip', () => one({}, { entryCount: 0 }), 'ambiguous_archive'],
  [
    'same name, other content',
    'd.zip',
    () =>
      zipOf([
        { name: 'a', data: '1' },
        { name: 'a', data: '2' },
      ]),
    'ambiguous_archive',
    'a',
  ],
  ['a folder with data', 'd.zip', () => zipOf([{ name: 'a/', data: 'x' }]), 'ambiguous_archive', 'a'],
  [
    'another name in the Unicode field',
    'u.zip',
    () => one({ extra: unicodePathExtra('a', 'a.exe') }),
    'ambiguous_archive',
    'a',
  ],
  [
    'bytes behind the deflate end',
    'b.zip',
    () => zipOf([{ name: 'a', raw: Buffer.from('0300ffff', 'hex') }]),
    'ambiguous_archive',
    'a',
  ],
  ['a zip behind a picture', 'a.png', () => pngFile(peZip()), 'ambiguous_archive'],
  ['a zip behind a deck, offsets counted', 'a.k', () => zipOf([{ name: 'a' }], { prefix: deck }), 'ambiguous_archive'],
  [
    'a zip behind a deck in a tar',
    'a.tar',
    () => tarOf([{ name: 'a.k', data: Buffer.concat([deck, peZip()]) }]),
    'ambiguous_archive',
    'a.k',
  ],
  ['bytes behind gzip data', 'a.gz', () => Buffer.concat([gzipOf('x'), Buffer.from('more')]), 'ambiguous_archive'],
  [
    'bytes behind the end of a tar',
    'a.tar',
    () => tarOf([{ name: 'a' }], { afterEnd: tarOf([{ name: 'b' }]) }),
    'ambiguous_archive',
  ],
  [
    'two sizes in a tar',
    'a.tar',
    () => tarOf([{ name: 'a', data: 'abc', pax: { size: '600' } }]),
    'ambiguous_archive',
    'a',
  ],
  [
    'a folder of a tar with data',
    'a.tar',
    () => tarOf([{ name: 'a/', type: '5', data: 'abc' }]),
    'ambiguous_archive',
    'a',
  ],
  [
    'malformed pax records',
    'a.tar',
    () => tarOf([{ name: 'p', type: 'x', data: '99 path=b\n' }, { name: 'a' }]),
    'ambiguous_archive',
  ],
  [
    'no header in the middle of a tar',
    'a.tar',
    () => tarOf([{ name: 'a' }, { name: 'b', badChecksum: true }]),
    'ambiguous_archive',
  ],
  [
    'a sparse map that does not fit',
    'a.tar',
    () => tarOf([{ name: 'a', data: 'abc', pax: { 'GNU.sparse.map': '0,9', 'GNU.sparse.size': '9' } }]),
    'ambiguous_archive',
    'a',
  ],
]
const one = (member: object, options = {}) => zipOf([{ name: 'a', data: 'content of a member', ...member }], options)

const members: Case[] = [
  ['climbs out', 'u.zip', () => zipOf([{ name: '../../x', data: 'a' }]), 'unsafe_member', '../../x'],
  ['climbs out with backslashes', 'u.zip', () => zipOf([{ name: '..\\x', data: 'a' }]), 'unsafe_member', '../x'],
  ['absolute', 'u.zip', () => zipOf([{ name: '/etc/cron.d/x', data: 'a' }]), 'unsafe_member', 'etc/cron.d/x'],
  ['drive', 'u.zip', () => zipOf([{ name: 'C:\\x', data: 'a' }]), 'unsafe_member', 'C:/x'],
  ['network path', 'u.zip', () => zipOf([{ name: '\\\\host\\x', data: 'a' }]), 'unsafe_member', 'host/x'],
  ['NUL', 'u.zip', () => zipOf([{ name: 'a.txt\0.exe', data: 'a' }]), 'unsafe_member', 'a.txt␀.exe'],
  ['line break', 'u.zip', () => zipOf([{ name: 'a\nb', data: 'a' }]), 'unsafe_member', 'a␊b'],
  ['link to outside', 'u.zip', () => zipOf([{ name: 'l', data: '../..', mode: 0o120777 }]), 'unsafe_member', 'l'],
  ['absolute link', 'u.zip', () => zipOf([{ name: 'l', data: '/etc', mode: 0o120777 }]), 'unsafe_member', 'l'],
  ['device', 'u.zip', () => zipOf([{ name: 'd', mode: 0o020666 }]), 'unsafe_member', 'd'],
  ['tar climbs out', 'u.tar', () => tarOf([{ name: 'a/../../x' }]), 'unsafe_member', 'a/../../x'],
  ['tar climbs out by pax', 'u.tar', () => tarOf([{ name: 'a', pax: { path: '../x' } }]), 'unsafe_member', '../x'],
  ['tar climbs out by a GNU name', 'u.tar', () => tarOf([{ name: 'a', gnuLongName: '../x' }]), 'unsafe_member', '../x'],
  ['tar device', 'u.tar', () => tarOf([{ name: 'd', type: '3' }]), 'unsafe_member', 'd'],
  ['tar pipe', 'u.tar', () => tarOf([{ name: 'p', type: '6' }]), 'unsafe_member', 'p'],
  ['tar link to outside', 'u.tar', () => tarOf([{ name: 'l', type: '2', link: '../x' }]), 'unsafe_member', 'l'],
  [
    'tar hard link to outside',
    'u.tar',
    () => tarOf([{ name: 'l', type: '1', link: '/etc/passwd' }]),
    'unsafe_member',
    'l',
  ],
  [
    'name of 5,000 bytes',
    'u.tar',
    () => tarOf([{ name: 'a', gnuLongName: 'n'.repeat(5000) }]),
    'unsafe_member',
    `${'n'.repeat(150)} … ${'n'.repeat(150)}`,
  ],
]

const uninspectable: Case[] = [
  ['encrypted', 'e.zip', () => one({ flags: 1 }), 'not_inspectable', 'a'],
  ['deflate64', 'e.zip', () => one({ method: 9 }), 'not_inspectable', 'a'],
  ['split', 'e.zip', () => one({}, { disk: 1 }), 'not_inspectable'],
  ['a later part of a split zip', 'e.z02', () => noise(500), 'not_inspectable'],
  ['a part of a split 7z', 'e.7z.002', () => noise(500), 'not_inspectable'],
  ['cut off', 'e.zip', () => one({}).subarray(0, 40), 'not_inspectable'],
  ['wrong CRC', 'e.zip', () => zipOf([{ name: 'a', data: 'abc', crc: 5 }]), 'not_inspectable', 'a'],
  [
    'damaged deflate data',
    'e.zip',
    () => zipOf([{ name: 'a', raw: Buffer.from('ffff', 'hex'), size: 9 }]),
    'not_inspectable',
    'a',
  ],
  ['gzip cut off', 'e.gz', () => gzipOf(noise(5000)).subarray(0, -9), 'not_inspectable'],
  ['gzip without trailer', 'e.gz', () => gzipOf(deck).subarray(0, -3), 'not_inspectable'],
  ['gzip with a wrong CRC', 'e.gz', () => gzipOf(deck, { crc: 1 }), 'not_inspectable'],
  ['gzip with a wrong size', 'e.gz', () => gzipOf(deck, { size: 1 }), 'not_inspectable'],
  ['tar cut off', 'e.tar', () => tarOf([{ name: 'a', data: noise(5000) }]).subarray(0, 3000), 'not_inspectable', 'a'],
  ['bzip2', 'x.bz2', () => Buffer.concat([Buffer.from('BZh91AY&SY'), noise(100)]), 'not_inspectable'],
  ['xz', 'x.xz', () => Buffer.from('fd377a585a000004', 'hex'), 'not_inspectable'],
  ['7z', 'x.7z', () => Buffer.from('377abcaf271c0004', 'hex'), 'not_inspectable'],
  ['zstd', 'x.zst', () => Buffer.concat([Buffer.from('28b52ffd0400', 'hex'), noise(20)]), 'not_inspectable'],
  [
    'static library',
    'umat.a',
    () => arOf([{ name: 'umat.o', data: elfFile({ kind: 'object' }) }]),
    'executable',
    'umat.o',
  ],
  [
    'xz in a tar',
    'c.tar',
    () => tarOf([{ name: 'x.xz', data: Buffer.from('fd377a585a000004', 'hex') }]),
    'not_inspectable',
    'x.xz',
  ],
]

const mismatches: Case[] = [
  ['text named .zip', 'a.zip', () => deck, 'type_mismatch'],
  ['zip named .gz', 'a.gz', () => one({}), 'type_mismatch'],
  ['gzip named .zip', 'a.zip', () => gzipOf('a'), 'type_mismatch'],
  ['text named .tar in gzip', 'a.tar.gz', () => gzipOf('text'), 'type_mismatch'],
  ['table named .7z', 'a.7z', () => momentsCsv(), 'type_mismatch'],
]

testHostile([...ambiguous, ...members, ...uninspectable, ...mismatches])

test('a tar member that is written through a link is unsafe', async () => {
  const tar = tarOf([
    { name: 'l', type: '2', link: 'sub' },
    { name: 'l/x', data: 'a' },
  ])
  expect(summary(verdictOf(await judge('a.tar', tar)).reasons)).toEqual(['unsafe_member at l/x'])
})
