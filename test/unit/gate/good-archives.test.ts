import { gzipSync } from 'node:zlib'
import { cpioOf } from '../../support/adversary/formats/cpio.ts'
import { deflatedZeros, zipNested, zipOfManyEntries } from '../../support/archives/bombs.ts'
import { noise } from '../../support/archives/bytes.ts'
import { binaryStl, fmuLike, lsdynaDeck, openfoamField } from '../../support/archives/cae.ts'
import { gzipOf, tarOf } from '../../support/archives/tar.ts'
import { unicodePathExtra, zipOf } from '../../support/archives/zip.ts'
import { type GoodCase as Case, testGood } from './expectations.ts'

const deck = lsdynaDeck(20)
const native = ['win64/pump.dll', 'linux64/pump.so', 'darwin64/pump.dylib']
const MIB = 1024 * 1024
const bytes = (hex: string) => Buffer.from(hex, 'hex')
const CP949 = bytes('c7d1b1db2e6b') // 한글.k
const SHIFT_JIS = bytes('955c2e6b') // 表.k, whose second byte is a backslash

const FOAM = ['0/p', 'system/controlDict', 'constant/polyMesh/points'].map((name) => ({
  name: `duct/${name}`,
  data: openfoamField(),
}))
const foamTar = () => tarOf(FOAM)

const archives: Case[] = [
  [
    'zip',
    'case.zip',
    () =>
      zipOf([
        { name: 'a/', data: '' },
        { name: 'a/main.k', data: deck },
      ]),
    'zip archive',
  ],
  ['empty zip', 'case.zip', () => zipOf([]), 'zip archive'],
  [
    'FMU',
    'pump.fmu',
    () => fmuLike(),
    'FMU or twin model',
    native.map((file) => `contains_native_code at binaries/${file}`),
  ],
  ['CP949 name', 'case.zip', () => zipOf([{ name: CP949, data: deck }]), 'zip archive'],
  ['Shift-JIS name with a backslash byte', 'case.zip', () => zipOf([{ name: SHIFT_JIS, data: deck }]), 'zip archive'],
  [
    'CP949 name with its Unicode field',
    'case.zip',
    () => zipOf([{ name: CP949, data: deck, extra: unicodePathExtra(CP949, '한글.k') }]),
    'zip archive',
  ],
  ['.NET backslashes', 'case.zip', () => zipOf([{ name: 'a\\b.k', data: deck }]), 'zip archive'],
  [
    'names differing in case only',
    'case.zip',
    () =>
      zipOf([
        { name: 'a.k', data: deck },
        { name: 'A.k', data: 'b' },
      ]),
    'zip archive',
  ],
  [
    'deflated empty folder with descriptor',
    'case.zip',
    () => zipOf([{ name: 'a/', raw: bytes('0300'), descriptor: 'signed32' }]),
    'zip archive',
  ],
  ...(['signed32', 'unsigned32', 'signed64', 'unsigned64'] as const).map(
    (descriptor): Case => [
      `descriptor ${descriptor}`,
      'c.zip',
      () => zipOf([{ name: 'a', data: deck, descriptor }]),
      'zip archive',
    ],
  ),
  [
    'zip64 though small',
    'case.zip',
    () => zipOf([{ name: 'a.k', data: deck, zip64: true }], { zip64: true }),
    'zip archive',
  ],
  [
    'zip64 with a descriptor',
    'case.zip',
    () => zipOf([{ name: 'a', data: deck, zip64: true, descriptor: 'signed64' }]),
    'zip archive',
  ],
  [
    'macOS zip',
    'case.zip',
    () =>
      zipOf([
        { name: 'a.k', data: deck, descriptor: 'signed32' },
        { name: '__MACOSX/._a.k', data: noise(200), descriptor: 'signed32' },
      ]),
    'zip archive',
  ],
  [
    'zip with a comment',
    'case.zip',
    () => zipOf([{ name: 'a.k', data: deck }], { comment: 'made by the solver' }),
    'zip archive',
  ],
  ['zip in a zip in a zip', 'c.zip', () => zipNested(3, { name: 'a.k', data: deck }), 'zip archive'],
  [
    'stored zip in a zip',
    'c.zip',
    () => zipOf([{ name: 'b.zip', method: 0, data: zipOf([{ name: 'a.k', data: deck }]) }]),
    'zip archive',
  ],
  [
    'stored zip at the end of a tar',
    'c.tar',
    () => tarOf([{ name: 'b.zip', data: zipOf([{ name: 'a.k', data: deck }]) }]),
    'tar archive',
  ],
  ['3,000 members', 'many.zip', () => zipOfManyEntries(3000), 'zip archive'],
  [
    'half a GiB of a uniform field at 1,000:1',
    'f.zip',
    () => zipOf([{ name: 'f', ...deflatedZeros(512 * MIB) }]),
    'zip archive',
  ],
  [
    'OpenFOAM case',
    'duct.zip',
    () => zipOf([{ name: 'duct/system/controlDict', data: openfoamField() }]),
    'OpenFOAM case (zip)',
  ],
  ['OpenFOAM case in a tar', 'duct.tar', foamTar, 'OpenFOAM case (tar)'],
  ['OpenFOAM case in a tar.gz', 'duct.tar.gz', () => gzipOf(foamTar()), 'OpenFOAM case (tar.gz)'],
  ['OpenFOAM case in a tgz', 'duct.tgz', () => gzipOf(foamTar()), 'OpenFOAM case (tar.gz)'],
  ['OpenFOAM case in a cpio', 'duct.cpio', () => cpioOf(FOAM), 'OpenFOAM case (cpio)'],
  ['deck in gzip', 'main.k.gz', () => gzipOf(deck), 'LS-DYNA keyword deck, gzip'],
  [
    'gzip with every header field',
    'main.k.gz',
    () => gzipOf(deck, { name: 'main.k', comment: 'x', headerCrc: true }),
    'LS-DYNA keyword deck, gzip',
  ],
  [
    'Fluent case with its own stored name',
    'elbow.cas.gz',
    () => gzipOf('(0 "fluent")\n', { name: 'flntgz-538884' }),
    'Fluent mesh, case or data, gzip',
  ],
  ['binary STL in gzip', 'wing.stl.gz', () => gzipOf(binaryStl()), 'STL (binary), gzip'],
  [
    'gzip of many frames',
    'main.k.gz',
    () => Buffer.concat(blocks(lsdynaDeck(20_000)).map((block) => gzipOf(block))),
    'LS-DYNA keyword deck, gzip',
  ],
  [
    'gzip of two large frames',
    'm.k.gz',
    () => Buffer.concat([gzipOf(lsdynaDeck(20_000)), gzipOf(lsdynaDeck(20_000))]),
    'LS-DYNA keyword deck, gzip',
  ],
  [
    'gzip padded with zeros',
    'main.k.gz',
    () => Buffer.concat([gzipOf(deck), Buffer.alloc(1000)]),
    'LS-DYNA keyword deck, gzip',
  ],
  [
    'zip in gzip',
    'c.zip.gz',
    () => gzipSync(zipOf([{ name: 'a', data: noise(20_000) }]), { level: 0 }),
    'zip archive, gzip',
  ],
  [
    'tar.gz',
    'c.tar.gz',
    () =>
      gzipOf(
        tarOf([
          { name: 'a/', type: '5' },
          { name: 'a/main.k', data: deck },
        ]),
      ),
    'tar archive, gzip',
  ],
  ['tgz', 'c.tgz', () => gzipOf(tarOf([{ name: 'main.k', data: deck }])), 'tar archive, gzip'],
  ['tar of the old kind', 'c.tar', () => tarOf([{ name: 'main.k', data: deck, magic: 'v7' }]), 'tar archive'],
  [
    'tar with GNU long names',
    'c.tar',
    () => tarOf([{ name: 'x', gnuLongName: `${'folder/'.repeat(30)}main.k`, data: deck, magic: 'gnu' }]),
    'tar archive',
  ],
  [
    'tar with pax names',
    'c.tar',
    () => tarOf([{ name: 'x', pax: { path: '해석/main.k', mtime: '1.5' }, data: deck }]),
    'tar archive',
  ],
  [
    'tar with a pax size',
    'c.tar',
    () => tarOf([{ name: 'x', pax: { size: `${deck.length}` }, size: 0, data: deck }]),
    'tar archive',
  ],
  [
    'tar with a base-256 size',
    'c.tar',
    () => tarOf([{ name: 'x', base256: true, data: deck, magic: 'gnu' }]),
    'tar archive',
  ],
  [
    'tar with ./ in front',
    'c.tar',
    () =>
      tarOf([
        { name: './', type: '5' },
        { name: './main.k', data: deck },
      ]),
    'tar archive',
  ],
  [
    'tar with a sparse file',
    'c.tar',
    () =>
      tarOf([
        {
          name: 'x',
          data: deck,
          pax: { 'GNU.sparse.map': `0,10,5000,${deck.length - 10}`, 'GNU.sparse.size': '9000' },
        },
      ]),
    'tar archive',
  ],
  [
    'tar with a file that changed while it was written twice',
    'c.tar',
    () =>
      tarOf([
        { name: 'x', data: '1' },
        { name: 'x', data: '22' },
      ]),
    'tar archive',
  ],
]
const blocks = (data: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(data.length / 65_280) }, (_, i) => data.subarray(i * 65_280, (i + 1) * 65_280))

testGood(archives)
