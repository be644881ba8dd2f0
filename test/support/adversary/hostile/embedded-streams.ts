import { crc32, deflateRawSync } from 'node:zlib'
import { noise, u16, u32 } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile } from '../../archives/executables.ts'
import type { HostileCases } from '../case.ts'
import { xzOf, xzWithDictionary, zstdOf, zstdWith } from '../formats/frames.ts'
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
}
