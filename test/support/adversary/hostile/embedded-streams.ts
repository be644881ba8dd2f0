import { crc32, deflateRawSync } from 'node:zlib'
import { noise, u16, u32 } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile } from '../../archives/executables.ts'
import { type ZipMember, zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { xzOf, xzWithDictionary, zstdBomb, zstdOf, zstdWith } from '../formats/frames.ts'
import { matFile } from '../hosts.ts'

const elf = elfFile()
const deflated = deflateRawSync(elf)
const deck = lsdynaDeck(30)

const gzipWith = (flags: number, ...fields: readonly Buffer[]): Buffer =>
  Buffer.concat([
    ...[Buffer.from('1f8b08', 'hex'), Buffer.from([flags]), Buffer.from('000000000003', 'hex'), ...fields],
    ...[deflated, u32(crc32(elf)), u32(elf.length)],
  ])

const STREAMS: Readonly<Record<string, Buffer>> = {
  'xz-dictionary-768-mib': xzWithDictionary(35, xzOf(elf)),
  'xz-dictionary-4-gib': xzWithDictionary(40, xzOf(elf)),
  'zstd-window-256-mib': zstdWith('0090', elf),
  'zstd-window-2-gib': zstdWith('00a8', elf),
  'zstd-wrong-check-sum': Buffer.concat([zstdWith('0450', elf), Buffer.from([1, 2, 3, 4])]),
  'zstd-absurd-size': zstdWith('c0500000000000000040', elf),
  'zstd-damaged-in-its-second-block': Buffer.concat([
    zstdOf(Buffer.concat([elf, noise(140_000)])).subarray(0, 131_081),
    noise(9),
  ]),
  'gzip-wrong-header-sum': gzipWith(2, Buffer.from('1234', 'hex')),
  'gzip-all-fields-and-a-wrong-sum': gzipWith(0x1f, u16(4), Buffer.from('ab\0\0name\0comment\0\x12\x34', 'latin1')),
}

const fieldOf = (length: number) => Buffer.concat([Buffer.alloc(length, 'x'), Buffer.alloc(1)])
/** An extra field must be filled by its parts. */
const extraOf = (length: number) =>
  Buffer.concat([u16(length + 4), Buffer.from('ab'), u16(length), Buffer.alloc(length, 'x')])
/** Blocks of deflate that hold nothing, and end with a byte. */
const emptyBlocks = (count: number) => Buffer.from('000000ffff'.repeat(count), 'hex')
/** Of the fixed code, with ten bits each; then one as above. */
const emptyFixedBlocks = (count: number) =>
  Buffer.concat([Buffer.from('0208208000'.repeat(count), 'hex'), Buffer.from('000000ffff', 'hex')])

/** Headers that are longer than most, and data that begin late. */
const LATE: Readonly<Record<string, Buffer>> = {
  'gzip-long-comment': gzipWith(16, fieldOf(60_000)),
  'gzip-long-extra-and-comment': gzipWith(20, extraOf(65_000), fieldOf(65_000)),
  'gzip-500-empty-blocks': gzipWith(0, emptyBlocks(500)),
  'gzip-empty-fixed-blocks': gzipWith(0, emptyFixedBlocks(300)),
  'gzip-14000-empty-blocks': gzipWith(0, emptyBlocks(14_000)),
}
/** A block of zstd. */
const elfBlock = Buffer.concat([u32(24 << 3).subarray(0, 3), elf.subarray(0, 24)])
const far = Buffer.alloc(100_000, 1)
/** Without its directory. */
const zipped = (member: Omit<ZipMember, 'name'>) => () => {
  const zip = zipOf([{ name: 'tool', ...member }])
  return Buffer.concat([matFile(), zip.subarray(0, zip.lastIndexOf('PK\x01\x02')), far])
}
const plain = { size: elf.length, crc: crc32(elf) }
const zstdEmpty = Buffer.concat([zstdOf(elf).subarray(0, 6), Buffer.alloc(300_000), zstdOf(elf).subarray(6)])

/** Streams that 7-Zip unpacks though what they declare is wrong, or more than is given to a decoder here. */
export const EMBEDDED_STREAMS: HostileCases = {
  ...Object.fromEntries(
    Object.entries(STREAMS).flatMap(([name, stream]) => [
      [`ambiguous_archive/mat-then-${name}`, ['a.mat', () => Buffer.concat([matFile(), stream])] as const],
      [
        `ambiguous_archive/deck-around-${name}`,
        ['a.k', () => Buffer.concat([deck, stream, Buffer.alloc(3000, 1)])] as const,
      ],
      [
        `ambiguous_archive/noise-around-${name}`,
        ['s.002', () => Buffer.concat([noise(2000), stream, noise(3000)])] as const,
      ],
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(LATE).map(([name, stream]) => [
      `ambiguous_archive/mat-around-${name}`,
      ['a.mat', () => Buffer.concat([matFile(), stream, far])] as const,
    ]),
  ),
  'not_inspectable/mat-around-gzip-60000-empty-blocks': [
    'a.mat',
    () => Buffer.concat([matFile(), gzipWith(0, emptyBlocks(60_000)), far]),
  ],
  'not_inspectable/mat-around-zstd-100000-empty-blocks': ['a.mat', () => Buffer.concat([matFile(), zstdEmpty, far])],
  'ambiguous_archive/mat-then-zstd-empty-blocks-and-long-runs': [
    'a.mat',
    () =>
      Buffer.concat([
        matFile(),
        zstdBomb(0).subarray(0, 6),
        Buffer.alloc(54),
        elfBlock,
        zstdBomb(50_000_000).subarray(6),
      ]),
  ],
  'not_inspectable/mat-around-zip-4000-empty-blocks': [
    'a.mat',
    zipped({ raw: Buffer.concat([emptyBlocks(4000), deflated]), ...plain }),
  ],
  'ambiguous_archive/mat-around-zip-stored-size-in-descriptor': [
    'a.mat',
    zipped({ data: elf, method: 0, descriptor: 'signed32', local: { compressedSize: 1, size: 1 } }),
  ],
  'ambiguous_archive/mat-around-zip-packed-size-in-descriptor': [
    'a.mat',
    zipped({ data: elf, descriptor: 'signed32', local: { compressedSize: 1, size: 1 } }),
  ],
}
