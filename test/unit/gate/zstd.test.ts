import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { zstdSkippable } from '../../support/adversary/formats/frames.ts'
import { peFile } from '../../support/archives/executables.ts'
import { judge, summary } from './judge.ts'

const MIB = 1024 * 1024
const noise = (length: number): Buffer => {
  const words = new Uint32Array(length / 4)
  for (let i = 0, x = 7; i < words.length; i++) words[i] = x = (x * 1_664_525 + 1_013_904_223) >>> 0
  return Buffer.from(words.buffer)
}
const small = Buffer.from('*KEYWORD\n*END\n')
const large = Buffer.concat([
  Buffer.from('*KEYWORD\n$ '),
  noise(3 * MIB).map((byte) => 0x20 + (byte >> 2)),
  Buffer.from('\n*END\n'),
])
const zstd = (bytes: Buffer, params: Record<number, number> = {}): Buffer => zstdCompressSync(bytes, { params })
const checked = zstd(large, { [constants.ZSTD_c_checksumFlag]: 1 })
/** The same frame with a window descriptor of 16 MiB. */
const wide = Buffer.from(zstd(large, { [constants.ZSTD_c_contentSizeFlag]: 0 }))
wide[5] = 14 << 3
/** A frame whose first block is one byte: its head comes in pieces. */
const inPieces = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('28b52ffd0058', 'hex'),
    Buffer.from([8, 0, 0]),
    bytes.subarray(0, 1),
    Buffer.from([(((bytes.length - 1) << 3) & 0xff) | 1, (bytes.length - 1) >> 5, 0]),
    bytes.subarray(1),
  ])

/** Without any decoder beside it: what is found here was decoded in this process. */
const cases: readonly (readonly [name: string, bytes: Buffer, decoded: number | null, found: string[]])[] = [
  ['one frame', checked, large.length, []],
  ['an empty frame', zstd(Buffer.alloc(0)), 0, []],
  ['many frames', Buffer.concat([zstd(small), checked, zstd(Buffer.alloc(0)), zstd(small)]), large.length + 28, []],
  ['skippable frames around', Buffer.concat([zstdSkippable(small), checked, zstdSkippable(small)]), large.length, []],
  ['zeros at the end', Buffer.concat([checked, Buffer.alloc(1000)]), large.length, []],
  ['other bytes at the end', Buffer.concat([checked, Buffer.from('and more')]), null, ['ambiguous_archive']],
  ['a frame of another format', Buffer.concat([checked, gzipSync(small)]), null, ['ambiguous_archive']],
  ['cut off in a block', checked.subarray(0, -1000), null, ['not_inspectable']],
  ['cut off in the check sum', checked.subarray(0, -1), null, ['not_inspectable']],
  ['cut off in a later header', Buffer.concat([checked, checked.subarray(0, 8)]), null, ['not_inspectable']],
  [
    'cut off in a skippable frame',
    Buffer.concat([checked, zstdSkippable(small).subarray(0, -1)]),
    null,
    ['not_inspectable'],
  ],
  [
    'a wrong check sum',
    Buffer.concat([checked.subarray(0, -1), Buffer.from([(checked.at(-1) as number) ^ 1])]),
    null,
    ['not_inspectable'],
  ],
  ['a program in a later frame', Buffer.concat([checked, zstd(peFile())]), null, ['executable']],
  ['a program in a later frame, in pieces', Buffer.concat([checked, inPieces(peFile())]), null, ['executable']],
  ['a window for another process, which is missing', wide, null, ['not_inspectable']],
  ['the same behind a smaller one', Buffer.concat([checked, wide]), null, ['not_inspectable']],
]

test.each(cases)('zstd: %s', async (_name, bytes, decoded, found) => {
  const { findings, coverage } = await judge('deck.k.zst', bytes)
  expect(summary(findings)).toEqual(found)
  if (decoded !== null) expect(coverage.bytes_decoded).toBe(decoded)
})

test('gzip: a program in a later frame is found where the file is read in pieces', async () => {
  // The file is read by 2 MiB: header and block header of the second frame, and eight bytes of its data, end the first piece.
  const wanted = 2 * MIB - 10 - 5 - 8
  const stored = (bytes: Buffer) => gzipSync(bytes, { level: 0 })
  const overhead = stored(large.subarray(0, wanted - 200)).length - (wanted - 200)
  const first = stored(large.subarray(0, wanted - overhead))
  expect(first.length).toBe(wanted)
  const { findings } = await judge('deck.k.gz', Buffer.concat([first, stored(peFile())]))
  expect(summary(findings)).toEqual(['executable'])
})
