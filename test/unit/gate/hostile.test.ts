import { expect, test } from 'vitest'
import { DEFAULT_POLICY, type Policy } from '#shared/domain/policy.ts'
import { gzipBomb, zipBomb, zipNested, zipOfManyEntries } from '../../support/archives/bombs.ts'
import { noise } from '../../support/archives/bytes.ts'
import { binaryStl, fmuLike, hdf5File, lsdynaDeck } from '../../support/archives/cae.ts'
import {
  debFile,
  dmgFile,
  dosFile,
  elfFile,
  htaFile,
  isoFile,
  lnkFile,
  machoFile,
  machoUniversal,
  msiFile,
  neFile,
  peFile,
  rpmFile,
} from '../../support/archives/executables.ts'
import { gzipOf, tarOf } from '../../support/archives/tar.ts'
import { zipOf } from '../../support/archives/zip.ts'
import { type HostileCase as Case, testHostile } from './expectations.ts'
import { judge, summary } from './judge.ts'

const deck = lsdynaDeck(20)
const MIB = 1024 * 1024

const executables: Case[] = [
  ['PE under its own name', 'solver.exe', peFile, 'executable_name'],
  ['PE as a deck', 'case/deck.txt', peFile, 'executable'],
  ['PE behind a double extension', 'report.txt.exe', peFile, 'executable_name'],
  ['PE without a name', 'solver', peFile, 'executable'],
  ['PE whose header lies beyond the head', 'mesh.dat', () => peFile({ headerAt: 3 * MIB + 17 }), 'executable'],
  ['PE header across two chunks', 'mesh.dat', () => peFile({ headerAt: 2 * MIB - 2 }), 'executable'],
  ['16-bit Windows', 'old.dat', neFile, 'executable'],
  ['DOS', 'old.dat', dosFile, 'executable'],
  ['ELF without a name', 'a', () => elfFile(), 'executable'],
  ['ELF big-endian 32', 'a.dat', () => elfFile({ bits: 32, bigEndian: true }), 'executable'],
  ['user subroutine, compiled', 'umat.o', () => elfFile({ kind: 'object' }), 'executable'],
  ['shared library', 'libumat.so', () => elfFile({ kind: 'shared' }), 'executable'],
  ['Mach-O', 'a.bin', machoFile, 'executable'],
  ['Mach-O universal', 'a.bin', machoUniversal, 'executable'],
  ['shortcut under another name', 'case.dat', lnkFile, 'executable'],
  ['installer under another name', 'part.sldprt', () => msiFile(), 'executable'],
  ['installer whose directory lies at the end', 'part.sldprt', () => msiFile(6000), 'executable'],
  ['HTML application', 'report.html', htaFile, 'executable'],
  ['ISO image', 'disk.bin', isoFile, 'executable'],
  ['DMG image', 'disk.bin', dmgFile, 'executable'],
  ['RPM package', 'x.bin', rpmFile, 'executable'],
  ['Debian package', 'x.bin', debFile, 'executable'],
  ['binary STL with a PE in its head', 'wing.stl', () => stlWithPe(), 'executable'],
  ['HDF5 with a PE as user block', 'result.h5', () => hdf5File({ userBlock: peFile() }), 'executable'],
  ['PE in a zip', 'case.zip', () => zipOf([{ name: 'bin/tool', data: peFile() }]), 'executable', 'bin/tool'],
  ['PE stored in a zip', 'case.zip', () => zipOf([{ name: 'a', data: peFile(), method: 0 }]), 'executable', 'a'],
  ['PE in a zip in a zip', 'c.zip', () => zipNested(2, { name: 't', data: peFile() }), 'executable', 'level-2.zip › t'],
  [
    'PE in a zip in a tar.gz',
    'c.tgz',
    () => gzipOf(tarOf([{ name: 'z.zip', data: peZip() }])),
    'executable',
    'z.zip › a',
  ],
  ['PE in gzip', 'data.gz', () => gzipOf(peFile()), 'executable'],
  ['PE in a later gzip frame', 'd.gz', () => Buffer.concat([gzipOf('text'), gzipOf(peFile())]), 'executable'],
  ['PE behind gzip data', 'd.gz', () => Buffer.concat([gzipOf('text'), peFile()]), 'executable'],
  [
    'PE between zip members',
    'c.zip',
    () => zipOf([{ name: 'a' }, { name: 'b', before: peFile() }]),
    'executable',
    '(bytes at 31)',
  ],
  ['PE in the comment of a zip', 'c.zip', () => zipOf([], { comment: peFile() }), 'executable', '(comment)'],
  [
    'PE in the comment of a member',
    'c.zip',
    () => zipOf([{ name: 'a', comment: peFile() }]),
    'executable',
    'a (comment)',
  ],
  ['PE outside binaries/ of an FMU', 'p.fmu', () => fmuLike([{ name: 'x', data: peFile() }]), 'executable', 'x'],
  [
    'PE in a plain zip at binaries/',
    'p.zip',
    () => zipOf([{ name: 'binaries/w/a', data: peFile() }]),
    'executable',
    'binaries/w/a',
  ],
  ['program by name in a zip', 'c.zip', () => zipOf([{ name: 'run.scr', data: 'x' }]), 'executable_name', 'run.scr'],
  ['program by name in gzip', 'setup.exe.gz', () => gzipOf('x'), 'executable_name'],
  ['program in the stored name of gzip', 'a.gz', () => gzipOf('x', { name: 'a.exe' }), 'executable_name'],
]
const peZip = () => zipOf([{ name: 'a', data: peFile() }])
function stlWithPe(): Buffer {
  const out = binaryStl(100, peFile().subarray(0, 80))
  out.writeUInt32LE(1000, 0x3c)
  out.write('PE\0\0', 1000, 'latin1')
  return out
}

const names: Case[] = [
  ['trailing space', 'x.exe ', () => deck, 'executable_name'],
  ['trailing dots', 'x.exe..', () => deck, 'executable_name'],
  ['full-width letters', 'x．ｅｘｅ', () => deck, 'executable_name'],
  ['an NTFS stream', 'a.txt:b.exe', () => deck, 'executable_name'],
  ['a zero-width space inside', 'a.e\u200bxe', () => deck, 'executable_name'],
  ['turned letters', 'a\u202etxt.exe', () => deck, 'executable_name'],
  ['.com that is no text', 'a.com', () => noise(500), 'executable_name'],
  ['.pif', 'a.pif', () => deck, 'executable_name'],
]

test('what a comment of a member holds is the only reason', async () => {
  const { findings } = await judge('c.zip', zipOf([{ name: 'a', comment: peFile() }]))
  expect(findings.map(({ code, place }) => `${code} ${place}`)).toEqual(['executable a (comment)'])
})

const SEVENTH = [2, 3, 4, 5, 6, 7].map((level) => `level-${level}.zip`).join(' › ')
const bombs: Case[] = [
  ['10 GiB of zeros in 10 MB', 'zeros.zip', () => zipBomb(), 'archive_bomb'],
  ['nested seven deep', 'deep.zip', () => zipNested(7, { name: 'a', data: 'a' }), 'archive_bomb', SEVENTH],
  ['holes of a terabyte in a tar', 'holes.tar', () => sparseBomb(), 'archive_bomb', 'hole'],
]
const sparseBomb = () =>
  tarOf([{ name: 'hole', data: '', pax: { 'GNU.sparse.map': '0,0', 'GNU.sparse.size': `${2 ** 40}` } }])

testHostile([...executables, ...names, ...bombs])

test('budgets count over all layers, and say which one was broken', async () => {
  const small = (budgets: Partial<Policy['budgets']>): Policy => ({
    ...DEFAULT_POLICY,
    budgets: { ...DEFAULT_POLICY.budgets, ...budgets },
  })
  const limitsHit = async (path: string, bytes: Buffer, policy: Policy) => {
    const report = await judge(path, bytes, { policy })
    expect(summary(report.findings).map((line) => line.split(' ')[0])).toEqual(['archive_bomb'])
    return report.coverage.limits_hit
  }
  const ratio = small({ ratioFreeBytes: 8 * MIB })
  expect(await limitsHit('a.gz', gzipBomb(64 * MIB), ratio)).toEqual(['maxRatio'])
  const layers = tarOf([1, 2, 3].map((i) => ({ name: `${i}.gz`, data: gzipOf(Buffer.alloc(4 * MIB)) })))
  expect(await limitsHit('a.tar', layers, ratio)).toEqual(['maxRatio'])
  expect(await limitsHit('a.gz', gzipBomb(64 * MIB), small({ maxExpandedBytes: 16 * MIB }))).toEqual([
    'maxExpandedBytes',
  ])
  expect(await limitsHit('a.zip', zipOfManyEntries(101), small({ maxEntries: 100 }))).toEqual(['maxEntries'])
  const twoLayers = zipOf([
    { name: 'b.zip', data: zipOfManyEntries(60) },
    { name: 'c.zip', data: zipOfManyEntries(60) },
  ])
  expect(await limitsHit('a.zip', twoLayers, small({ maxEntries: 100 }))).toEqual(['maxEntries'])
  expect(await limitsHit('a.zip', zipOfManyEntries(100), small({ maxDirectoryBytes: 1000 }))).toEqual([
    'maxDirectoryBytes',
  ])
  const longHeader = tarOf([{ name: 'a', pax: { comment: 'x'.repeat(5000) } }])
  expect(await limitsHit('a.tar', longHeader, small({ maxTarHeaderBytes: 1000 }))).toEqual(['maxTarHeaderBytes'])
})
