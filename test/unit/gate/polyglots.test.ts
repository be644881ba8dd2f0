import { expect, test } from 'vitest'
import { executableIn } from '#shared/gate/executables/executable-sniffer.ts'
import { noise } from '../../support/archives/bytes.ts'
import { binaryStl, fortranRecord, hdf5File, lsdynaDeck, pngFile } from '../../support/archives/cae.ts'
import {
  dosFile,
  elfFile,
  javaClass,
  lnkFile,
  machoFile,
  neFile,
  oleFile,
  peFile,
} from '../../support/archives/executables.ts'
import {
  bitcodeFile,
  coffFile,
  importEntry,
  oleWithPackage,
  peWithStub,
  tarThatIsPe,
  udfImage,
  WITH_END,
  xarFile,
} from '../../support/archives/polyglots.ts'
import { zipQuine } from '../../support/archives/quine.ts'
import { tarOf } from '../../support/archives/tar.ts'
import { zipOf } from '../../support/archives/zip.ts'
import { judge, summary, verdictOf } from './judge.ts'

const reasons = async (path: string, bytes: Buffer) => summary(verdictOf(await judge(path, bytes)).reasons)
const MIB = 1024 * 1024

function stlWith(program: Buffer): Buffer {
  const out = binaryStl(400, program.subarray(0, 80))
  out.write('PE\0\0', out.readUInt32LE(0x3c), 'latin1')
  return out
}

test.each([
  ['Windows object file', 'umat.obj', coffFile()],
  ['Windows object file, 32 bits', 'a.dat', coffFile(0x014c)],
  ['entry of an import library', 'a.dat', importEntry()],
  ['LLVM bitcode', 'umat.o', bitcodeFile()],
  ['macOS package', 'a.bin', xarFile()],
  ['UDF image', 'a.bin', udfImage()],
  ['tar that is a program', 'case.tar', tarThatIsPe(tarOf([{ name: 'a.k', data: lsdynaDeck(20) }]))],
  ['ELF as a tar', 'case.tar', Buffer.concat([elfFile(), tarOf([{ name: 'a' }])])],
  ['STL with a program in its free header', 'wing.stl', stlWith(peFile({ headerAt: 0x200 }))],
  ['HDF5 behind a program', 'a.h5', hdf5File({ userBlock: peFile() })],
  ['HDF5 behind an ELF program', 'a.h5', hdf5File({ userBlock: elfFile() })],
  ['program packed into an OLE2 document', 'report.doc', oleWithPackage(peWithStub())],
  ['program packed into a long OLE2 document', 'part.sldprt', Buffer.concat([oleFile(), noise(3 * MIB), peWithStub()])],
  ['program whose header lies 5 MiB away', 'mesh.bin', peFile({ headerAt: 5 * MIB + 3 })],
] as const)('quarantines a %s', async (_what, path, bytes) => {
  expect((await reasons(path, bytes))[0]).toMatch(/^executable/)
})

const SEVEN_ZIP = Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), noise(200)])
const RAR = Buffer.concat([Buffer.from('526172211a070100', 'hex'), noise(200)])

for (const [name, file] of WITH_END) {
  test.each([
    ['a program', peFile(), 'executable'],
    ['a program behind padding', Buffer.concat([Buffer.alloc(700), peFile()]), 'executable'],
    ['a 16-bit program', neFile(), 'executable'],
    ['a program whose header lies far off', peFile({ headerAt: 3 * MIB }), 'executable'],
    ['an ELF program', elfFile(), 'executable'],
    ['a Mach-O program', machoFile(), 'executable'],
    ['a shortcut', lnkFile(), 'executable'],
    ['a 7z archive', SEVEN_ZIP, 'ambiguous_archive'],
    ['a RAR archive', RAR, 'ambiguous_archive'],
    ['a zip archive', zipOf([{ name: 'a' }]), 'ambiguous_archive'],
  ] as const)(`quarantines %s behind the end of ${name}`, async (_what, after, code) => {
    expect(await reasons(name, file(after))).toEqual([code])
  })

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['padding', Buffer.alloc(5000)],
    ['another picture', pngFile()],
    ['notes that begin with MZ', Buffer.from(`MZ ${'note '.repeat(50)}`)],
    ['bytes of a camera', noise(MIB)],
  ] as const)(`lets %s be behind the end of ${name}`, async (_what, after) => {
    expect(await reasons(name, file(after))).toEqual([])
  })
}

test('an end mark and a program across the seam of two reads are found', async () => {
  for (const shift of [-9, -4, -1, 0, 3]) {
    const png = Buffer.concat([
      pngFile().subarray(0, -12),
      noise(2 * MIB + shift - 57, 4),
      pngFile().subarray(-12),
      peFile(),
    ])
    expect(await reasons('a.png', png)).toEqual(['executable'])
  }
})

test.each([
  [
    'a document without programs',
    'a.doc',
    Buffer.concat([oleFile(), Buffer.from('This program cannot be run in DOS mode'), Buffer.alloc(5000)]),
  ],
  ['a Java class', 'A.class', javaClass()],
  ['a table whose first column is MZ', 'a.csv', Buffer.from('MZ,MY\n1,2\n'.repeat(3000))],
  ['a record mark that reads MZ', 'a.unf', fortranRecord()],
  ['text that begins with .text', 'a.dat', Buffer.from('.text .data\n'.repeat(20))],
] as const)('raises nothing for %s', async (_what, path, bytes) => expect(await reasons(path, bytes)).toEqual([]))

/** Headerless data of solvers: the beginnings a signature could hit by chance. */
function* headerless(): Generator<Buffer> {
  for (let seed = 1; seed <= 1500; seed++) {
    yield noise(1024, seed % 255).subarray(seed % 512)
    const floats = Buffer.alloc(2048)
    for (let i = 0; i < 2048; i += 4) floats.writeFloatLE(Math.sin(seed * 7919 + i) * 10 ** ((seed % 20) - 10), i)
    yield floats
    const doubles = Buffer.alloc(2048)
    for (let i = 0; i < 2048; i += 8) doubles.writeDoubleBE(Math.cos(seed * 104_729 + i) * 10 ** ((seed % 30) - 15), i)
    yield doubles
    const integers = Buffer.alloc(2048)
    for (let i = 0; i < 2048; i += 4) integers.writeInt32LE((seed * 2_654_435 + i * 31) % 70_000, i)
    yield integers
  }
}

test('6,000 files of random bytes, floats and integers hold no program', () => {
  let count = 0
  for (const bytes of headerless()) {
    count++
    expect(executableIn(bytes)).toBeNull()
  }
  expect(count).toBe(6000)
})

test('every record mark and every pair of first bytes is data', () => {
  const body = noise(4096, 77)
  for (let pair = 0; pair < 65_536; pair++) {
    body.writeUInt16LE(pair, 0)
    const kind = executableIn(body)
    if (kind !== null) expect(kind).toBe(`found in ${pair.toString(16)}`)
  }
  expect(executableIn(dosFile())).not.toBeNull()
})

test('a zip that holds itself ends with the depth budget, and is called no virus', async () => {
  const report = await judge('r.zip', zipQuine())
  const [reason] = verdictOf(report).reasons
  expect(reason).toMatchObject({ code: 'archive_bomb', detail: 'nested 7 deep; the limit is 6' })
  expect(report.coverage).toMatchObject({ depth: 6, limits_hit: ['maxDepth'] })
  expect(report.coverage.bytes_decoded).toBeLessThan(10_000)
})
