import { expect, test } from 'vitest'
import { noise } from '../../support/archives/bytes.ts'
import {
  binaryStl,
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
import { zipOf } from '../../support/archives/zip.ts'
import { type GoodCase as Case, testGood } from './expectations.ts'
import { judge, summary, verdictOf } from './judge.ts'

const deck = lsdynaDeck(20)

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
  ['later states of LS-DYNA', 'run/d3plot01', () => noise(5000), 'LS-DYNA d3plot (later states)'],
  ['no extension', 'state01', () => noise(5000), 'technical file, format unknown (binary)'],
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

testGood(plain)

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
  ['a tar without an end', 'c.tar', () => tarOf([{ name: 'a', data: deck }], { end: false }), 'odd_archive'],
]
test('a member that zip read from a pipe is an ordinary one', async () => {
  const verdict = verdictOf(await judge('c.zip', zipOf([{ name: '-', data: deck, mode: 0o010600 }])))
  expect(verdict).toMatchObject({ outcome: 'complete', warnings: [] })
})

test.each(warned)('lets %s pass with a warning (%s)', async (_what, path, content, warning) => {
  const verdict = verdictOf(await judge(path, content()))
  expect(verdict.reasons).toEqual([])
  expect(summary(verdict.warnings)).toEqual([warning])
})
