import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { u16, u64 } from '../../archives/bytes.ts'
import { unicodePathExtra, type ZipClaim, type ZipMember, type ZipOptions, zipOf } from '../../archives/zip.ts'
import type { MutatedCase } from './cases.ts'
import { data, hiddenZip, pe, rarely, sparse } from './lie.ts'

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
