import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { deflatedZeros, zipNested, zipOfManyEntries } from '../../support/archives/bombs.ts'
import { noise } from '../../support/archives/bytes.ts'
import {
  binaryStl,
  fmuLike,
  fortranRecord,
  hdf5File,
  lsdynaDeck,
  momentsCsv,
  openfoamField,
  pngFile,
  sbatchScript,
  stepFile,
} from '../../support/archives/cae.ts'
import { javaClass, oleFile } from '../../support/archives/executables.ts'
import { gzipOf, tarOf } from '../../support/archives/tar.ts'
import { unicodePathExtra, zipOf } from '../../support/archives/zip.ts'
import { judge, summary, verdictOf } from './judge.ts'

type Case = readonly [what: string, path: string, bytes: () => Buffer, type: string | null, notes?: readonly string[]]

const deck = lsdynaDeck(20)
const MIB = 1024 * 1024
const bytes = (hex: string) => Buffer.from(hex, 'hex')
const CP949 = bytes('c7d1b1db2e6b') // 한글.k
const SHIFT_JIS = bytes('955c2e6b') // 表.k, whose second byte is a backslash

const plain: Case[] = [
  ['LS-DYNA deck', 'case/main.k', () => deck, 'LS-DYNA keyword deck'],
  ['LS-DYNA deck of 3 MiB', 'main.key', () => lsdynaDeck(50_000), 'LS-DYNA keyword deck'],
  ['CSV whose first column is MZ', 'forces.csv', () => momentsCsv(), 'table (CSV)'],
  ['the same without extension', 'forces', () => momentsCsv(), 'technical file, format unknown (text)'],
  ['long CSV whose first column is MZ', 'forces.csv', () => momentsCsv(200_000), 'table (CSV)'],
  [
    'Fortran record whose mark reads MZ',
    'restart.dat',
    () => fortranRecord(),
    'technical file, format unknown (binary)',
  ],
  ['binary STL', 'wing.stl', () => binaryStl(), 'STL (binary)'],
  ['binary STL that begins with solid', 'wing.stl', () => binaryStl(10, 'solid part'), 'STL (binary)'],
  ['HDF5', 'result.h5', () => hdf5File(), 'HDF5'],
  [
    'HDF5 behind a user block',
    'result.mat',
    () => hdf5File({ userBlock: Buffer.from('MATLAB 7.3 MAT-file') }),
    'MATLAB 7.3 data',
  ],
  ['CGNS', 'mesh.cgns', () => hdf5File({ links: ['CGNSLibraryVersion'] }), 'CGNS (HDF5)'],
  ['STEP', 'part.stp', stepFile, 'STEP model'],
  ['OpenFOAM field', '0/p', () => openfoamField(), 'OpenFOAM dictionary or field'],
  ['empty .foam', 'case.foam', () => Buffer.alloc(0), 'empty file'],
  ['empty .zip', 'case.zip', () => Buffer.alloc(0), 'empty file'],
  ['Hangul name', '해석/차체 충돌 #2.k', () => deck, 'LS-DYNA keyword deck'],
  ['no extension', 'd3plot01', () => noise(5000), 'technical file, format unknown (binary)'],
  ['extension of digits', 'result.0001', () => noise(5000), 'technical file, format unknown (binary)'],
  ['picture under the name of another', 'bwb.jpg', () => pngFile(), 'PNG picture'],
  ['SolidWorks part', 'part.SLDPRT', () => oleFile(), 'OLE2 document (Office, SolidWorks, DesignModeler …)'],
  ['Java class', 'A.class', javaClass, 'Java class'],
  ['sbatch script', 'run.sh', sbatchScript, 'technical file, format unknown (text)', ['script']],
  ['sbatch script without extension', 'submit', sbatchScript, 'technical file, format unknown (text)', ['script']],
  [
    'Abaqus .com',
    'job.com',
    () => Buffer.from('from driverConstants import *\n'),
    'technical file, format unknown (text)',
    ['script'],
  ],
]

const native = ['win64/pump.dll', 'linux64/pump.so', 'darwin64/pump.dylib']
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

for (const [what, path, content, type, notes = []] of [...plain, ...archives]) {
  test(`lets ${what} pass without a warning (${path})`, async () => {
    const data = content()
    const report = await judge(path, data)
    const verdict = verdictOf(report)
    expect([...verdict.reasons, ...verdict.warnings]).toEqual([])
    expect(verdict.outcome).toBe('complete')
    expect(summary(verdict.notes)).toEqual([...notes].sort())
    expect(report.detected_type).toBe(type)
    expect(report.coverage.bytes_read).toBe(data.length)
    expect(report.sha256).toBe(createHash('sha256').update(data).digest('hex'))
  })
}

const warned: readonly (readonly [string, string, () => Buffer, string])[] = [
  ['a zip under the name of a mesh', 'wing.stl', () => zipOf([{ name: 'a', data: deck }]), 'container_mismatch'],
  ['text under the name of a workbook', 'a.xlsx', () => deck, 'container_mismatch'],
  ['a compressed tar called .tar', 'a.tar', () => gzipOf(tarOf([{ name: 'a' }])), 'container_mismatch'],
  ['a script under the name of a table', 'table.csv', sbatchScript, 'script_as_data'],
  ['a batch file', 'run.bat', () => Buffer.from('echo off\r\n'), 'windows_script'],
  ['a batch file in a zip', 'c.zip', () => zipOf([{ name: 'run.cmd', data: 'echo' }]), 'windows_script at run.cmd'],
  ['a name that turns', 'a\u202ecsv.k', () => deck, 'odd_name'],
  ['a name with a zero-width space', 'a\u200bb.k', () => deck, 'odd_name'],
  ['a link in a zip', 'c.zip', () => zipOf([{ name: 'l', data: 'a/b', mode: 0o120777 }]), 'inner_link at l'],
  ['a link in a tar', 'c.tar', () => tarOf([{ name: 'd/l', type: '2', link: '../a' }]), 'inner_link at d/l'],
  [
    'zeros between members',
    'c.zip',
    () => zipOf([{ name: 'a' }, { name: 'b', before: Buffer.alloc(8) }]),
    'odd_archive',
  ],
  [
    'zeros behind a zip',
    'c.zip',
    () => zipOf([{ name: 'a', data: deck }], { suffix: Buffer.alloc(512) }),
    'odd_archive',
  ],
  [
    'a directory line repeated',
    'c.zip',
    () =>
      zipOf([
        { name: 'a', data: deck },
        { name: 'a', sameAs: 0 },
      ]),
    'odd_archive at a',
  ],
  [
    'a member that zip read from a pipe',
    'c.zip',
    () => zipOf([{ name: '-', data: deck, mode: 0o010600 }]),
    'odd_archive at -',
  ],
  ['a tar without an end', 'c.tar', () => tarOf([{ name: 'a', data: deck }], { end: false }), 'odd_archive'],
]
test.each(warned)('lets %s pass with a warning (%s)', async (_what, path, content, warning) => {
  const verdict = verdictOf(await judge(path, content()))
  expect(verdict.reasons).toEqual([])
  expect(summary(verdict.warnings)).toEqual([warning])
})
