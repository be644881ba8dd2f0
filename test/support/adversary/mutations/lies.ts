import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { u16, u64 } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, type TarMember, tarOf } from '../../archives/tar.ts'
import { unicodePathExtra, type ZipClaim, type ZipMember, type ZipOptions, zipOf } from '../../archives/zip.ts'
import type { MutatedCase } from './cases.ts'

const deck = lsdynaDeck(3)
const programs = [peFile().subarray(0, 0x180), elfFile().subarray(0, 96)] as const
const [pe] = programs
/** A whole member as it stands in a file: data for one reader, a member for another. */
const hiddenZip = zipOf([{ name: 'tool', data: pe, method: 0 }])
const hiddenTar = tarOf([{ name: 'tool', data: pe }], { end: false })
const textThen = (hidden: Buffer) => Buffer.concat([Buffer.alloc(512, 'text '), hidden])

/** A program in plain sight ends the judging, so what hides one is the more frequent. */
const data = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom<Buffer>(...programs) },
  { weight: 4, arbitrary: fc.constantFrom<Buffer>(deck, Buffer.alloc(0), Buffer.from('text')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Buffer>(textThen(hiddenTar), textThen(hiddenZip.subarray(0, 34 + pe.length))),
  },
)
/** Most lies must be alone, or the first one hides the others. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
/** Without the keys that are undefined, as the generators want it. */
const sparse = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as never

const size = fc.constantFrom(0, 1, 96, 97, 384, 512, 1000, 0xffffffff)
const claim: fc.Arbitrary<ZipClaim> = fc
  .record({
    size: rarely(size),
    compressedSize: rarely(size),
    crc: rarely(fc.constantFrom(0, 1)),
    method: rarely(fc.constantFrom(0, 8, 9)),
    flags: rarely(fc.constantFrom(0, 1, 8, 0x800)),
    name: rarely(fc.constantFrom('b', 'tool.exe', 'a/')),
  })
  .map(sparse)
const extra = fc.constantFrom(
  Buffer.concat([u16(1), u16(16), u64(5), u64(5)]),
  Buffer.concat([u16(1), u16(24), u64(384), u64(384), u64(0)]),
  Buffer.concat([u16(0x5455), u16(5), Buffer.from([1, 0, 0, 0, 0])]),
  unicodePathExtra('a', '해석.k'),
  unicodePathExtra('b', 'b/c'),
)
const zipMember: fc.Arbitrary<ZipMember> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'e', 'A', 'd/', 'd/x', 'd\\y', './a', '해석.k'),
    data,
    method: fc.constantFrom(0, 8, 8),
    raw: rarely(
      fc.constantFrom(
        Buffer.from('0300', 'hex'),
        deflateRawSync(pe),
        Buffer.concat([deflateRawSync('text'), deflateRawSync(pe)]),
      ),
    ),
    descriptor: rarely(fc.constantFrom('signed32' as const, 'unsigned32' as const, 'signed64' as const)),
    zip64: rarely(fc.boolean()),
    mode: rarely(fc.constantFrom(0, 0o40755, 0o100644, 0o120777, 0o010600)),
    extra: rarely(extra),
    localExtra: rarely(extra),
    before: rarely(
      fc.constantFrom(Buffer.alloc(4), Buffer.from('gap'), hiddenZip, hiddenZip.subarray(0, 34 + pe.length)),
    ),
    local: rarely(claim),
    central: rarely(claim),
    descriptorClaim: rarely(claim),
    sameAs: rarely(fc.constant(0)),
  })
  .map(sparse)
const zipOptions: fc.Arbitrary<ZipOptions> = fc
  .record({
    prefix: rarely(fc.constantFrom(Buffer.alloc(16), Buffer.from('#!/bin/sh\n'), hiddenZip)),
    prefixCounted: rarely(fc.boolean()),
    beforeDirectory: rarely(fc.constantFrom(Buffer.alloc(8), hiddenZip)),
    comment: rarely(fc.constantFrom<Buffer | string>('text', pe, hiddenZip)),
    suffix: rarely(fc.constantFrom(Buffer.alloc(4), Buffer.from('x'), hiddenZip, zipOf([]))),
    zip64: rarely(fc.boolean()),
    entryCount: rarely(fc.nat(3)),
    directorySize: rarely(fc.nat(200)),
    directoryOffset: rarely(fc.nat(600)),
    disk: rarely(fc.constantFrom(0, 1)),
  })
  .map(sparse)

export const zipLies: fc.Arbitrary<MutatedCase> = fc
  .tuple(fc.array(zipMember, { minLength: 1, maxLength: 3 }), zipOptions)
  .map(([members, options]) => ({ name: 'zip-lies', path: 'a.zip', bytes: zipOf(members, options) }))

const TYPES = [
  '0',
  '0',
  '0',
  '0',
  '0',
  '0',
  '0',
  '0',
  '\0',
  '1',
  '2',
  '5',
  '7',
  'x',
  'g',
  'X',
  'L',
  'K',
  'V',
  'D',
  'S',
  'M',
  'N',
  'A',
  'I',
  'Q',
]
const pax = fc
  .record({
    path: rarely(fc.constantFrom('', 'b/c', 'a', '/', 'd/')),
    size: rarely(fc.constantFrom('0', '96', '384', '512', '1', '')),
    linkpath: rarely(fc.constantFrom('a', '../a')),
    'GNU.sparse.map': rarely(fc.constantFrom('0,384', '0,96', '512,384', '0,0', '')),
    'GNU.sparse.size': rarely(fc.constantFrom('384', '96', '896', '0')),
    'GNU.sparse.major': rarely(fc.constantFrom('0', '1')),
    'GNU.sparse.name': rarely(fc.constantFrom('b', '')),
    'SCHILY.realsize': rarely(fc.constantFrom('384', '0')),
    'SCHILY.filetype': rarely(fc.constantFrom('sparse', 'regular')),
  })
  .map(sparse)
const tarMember: fc.Arbitrary<TarMember> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'e', 'd/', './a', 'd/x'),
    data,
    type: fc.constantFrom(...TYPES),
    link: rarely(fc.constantFrom('a', 'b', 'd/x')),
    size: rarely(fc.constantFrom(0, 1, 96, 384, 512, 1024, 5000)),
    base256: rarely(fc.boolean()),
    pax: rarely(pax),
    gnuLongName: rarely(fc.constantFrom('c', 'long/name', '')),
    magic: rarely(fc.constantFrom('ustar' as const, 'gnu' as const, 'v7' as const)),
    prefix: rarely(fc.constantFrom('p', 'p/q')),
    badChecksum: rarely(fc.constant(true)),
  })
  .map(sparse)
const tarOptions = fc.record({
  end: fc.constantFrom(true, true, true, false),
  afterEnd: fc.constantFrom(Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(512), hiddenTar),
})

export const tarLies: fc.Arbitrary<MutatedCase> = fc
  .tuple(fc.array(tarMember, { minLength: 1, maxLength: 4 }), tarOptions, fc.boolean())
  .map(([members, options, packed]) => {
    const tar = tarOf(members, options)
    return packed
      ? { name: 'tar-lies-gz', path: 'a.tgz', bytes: gzipOf(tar) }
      : { name: 'tar-lies', path: 'a.tar', bytes: tar }
  })
