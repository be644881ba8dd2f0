import { noise } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { cabOf } from '../formats/cabinet.ts'
import { lz4Of, xzOf, zstdOf, zstdSkippable } from '../formats/frames.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'
import { gzipWithExtra } from '../hosts.ts'

const deck = lsdynaDeck(20)
const members = [{ name: 'tool', data: elfFile() }]
/** What an index of blocks might look like. */
const index = Buffer.concat([Buffer.from('index v1 '), Buffer.alloc(100, 1)])

const ARCHIVES: Readonly<Record<string, Buffer>> = {
  '7z': sevenZipOf(members),
  cab: cabOf(members),
  tar: tarOf(members),
  zip: zipOf(members),
  gzip: gzipOf(elfFile()),
  xz: xzOf(elfFile()),
}

/** Decoders leave a skippable frame out; 7-Zip does not know lz4 and looks for archives in all of it. */
export const SKIPPABLE: HostileCases = {
  ...Object.fromEntries(
    Object.entries(ARCHIVES).flatMap(([name, archive]) => {
      const frame = zstdSkippable(Buffer.concat([index, archive]))
      const long = zstdSkippable(Buffer.concat([noise(200_000), archive, noise(200_000)]))
      return [
        [
          `ambiguous_archive/lz4-skippable-around-${name}`,
          ['a.k.lz4', () => Buffer.concat([frame, lz4Of(deck)]), 'lz4'],
        ],
        [
          `ambiguous_archive/lz4-long-skippable-around-${name}`,
          ['a.k.lz4', () => Buffer.concat([lz4Of(deck), long]), 'lz4'],
        ],
        [
          `ambiguous_archive/zstd-skippable-around-${name}`,
          ['a.k.zst', () => Buffer.concat([frame, zstdOf(deck)]), 'zstd'],
        ],
        [
          `ambiguous_archive/gzip-extra-around-${name}`,
          ['a.k.gz', () => gzipWithExtra(Buffer.concat([index, archive]), deck)],
        ],
      ] as const
    }),
  ),
}
