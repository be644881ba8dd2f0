import { noise, u16 } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'

const deck = lsdynaDeck(20)
const joined = (...parts: readonly (Buffer | string)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))
/** A frame with other flags, and what they announce behind the fixed header. */
function withHeader(flags: number, fields: Buffer): Buffer {
  const frame = gzipOf(deck)
  const head = Buffer.from(frame.subarray(0, 10))
  head[3] = flags
  return joined(head, fields, frame.subarray(10))
}

export const GZIP: HostileCases = {
  'ambiguous_archive/gzip-bytes-behind': ['a.k.gz', () => joined(gzipOf(deck), 'more')],
  'ambiguous_archive/gzip-bytes-behind-zeros': ['a.k.gz', () => joined(gzipOf(deck), Buffer.alloc(512), 'more')],
  'ambiguous_archive/gzip-frame-behind-zeros': ['a.k.gz', () => joined(gzipOf(deck), Buffer.alloc(512), gzipOf('x'))],
  'ambiguous_archive/gzip-zip-behind': ['a.k.gz', () => joined(gzipOf(deck), zipOf([{ name: 'a', data: 'b' }]))],
  'ambiguous_archive/gzip-reserved-flags-in-later-frame': [
    'a.k.gz',
    () => {
      const later = gzipOf(deck)
      later[3] = 0x80
      return joined(gzipOf(deck), later)
    },
  ],
  'ambiguous_archive/gzip-tar-in-later-frame': [
    'a.tar.gz',
    () => joined(gzipOf(tarOf([{ name: 'a' }])), gzipOf(tarOf([{ name: 'b', data: 'b' }]))),
  ],
  'not_inspectable/gzip-wrong-crc': ['a.k.gz', () => gzipOf(deck, { crc: 1 })],
  'not_inspectable/gzip-wrong-size': ['a.k.gz', () => gzipOf(deck, { size: 1 })],
  'not_inspectable/gzip-wrong-crc-in-later-frame': ['a.k.gz', () => joined(gzipOf(deck), gzipOf('x', { crc: 1 }))],
  'not_inspectable/gzip-cut-in-header': ['a.k.gz', () => gzipOf(deck, { name: 'a.k' }).subarray(0, 12)],
  'not_inspectable/gzip-cut-in-data': ['a.k.gz', () => gzipOf(noise(5000)).subarray(0, 3000)],
  'not_inspectable/gzip-cut-in-trailer': ['a.k.gz', () => gzipOf(deck).subarray(0, -3)],
  'not_inspectable/gzip-cut-in-later-frame': ['a.k.gz', () => joined(gzipOf(deck), gzipOf(deck).subarray(0, 40))],
  'not_inspectable/gzip-damaged-data': ['a.k.gz', () => joined(gzipOf(deck).subarray(0, 12), noise(400))],
  'not_inspectable/gzip-header-crc': ['a.k.gz', () => withHeader(2, Buffer.from('ffff', 'hex'))],
  'not_inspectable/gzip-name-without-end': [
    'a.k.gz',
    () => joined(gzipOf('').subarray(0, 3), '\x08      ', 'n'.repeat(70_000)),
  ],
  'not_inspectable/gzip-extra-field-too-long': ['a.k.gz', () => withHeader(4, u16(60_000))],
  'executable/gzip': ['a.gz', () => gzipOf(peFile())],
  'executable/gzip-behind-extra-field': [
    'a.gz',
    () =>
      joined(
        gzipOf('').subarray(0, 3),
        Buffer.from('04000000000003', 'hex'),
        u16(4),
        'XXXX',
        gzipOf(peFile()).subarray(10),
      ),
  ],
  'executable/gzip-later-frame': ['a.k.gz', () => joined(gzipOf(deck), gzipOf(peFile()))],
  'executable/gzip-later-frame-elf': ['a.k.gz', () => joined(gzipOf(deck), gzipOf(elfFile()))],
  'executable/gzip-behind-empty-frame': ['a.k.gz', () => joined(gzipOf(''), gzipOf(''), gzipOf(peFile()))],
  'executable/gzip-in-pieces': ['a.gz', () => joined(gzipOf(peFile().subarray(0, 70)), gzipOf(peFile().subarray(70)))],
  'executable/gzip-behind': ['a.k.gz', () => joined(gzipOf(deck), elfFile())],
  'executable/gzip-in-gzip': ['a.gz', () => gzipOf(gzipOf(gzipOf(peFile())))],
  'executable/gzip-tar-in-pieces': ['a.tgz', () => tarInPieces()],
  'executable_name/gzip-own-name': ['setup.exe.gz', () => gzipOf(deck)],
  'executable_name/gzip-stored-name': ['a.k.gz', () => gzipOf(deck, { name: 'setup.scr' })],
  'executable_name/gzip-stored-name-of-later-frame': [
    'a.k.gz',
    () => joined(gzipOf(deck), gzipOf(deck, { name: 'setup.scr' })),
  ],
  'unsafe_member/gzip-stored-name-climbs': ['a.k.gz', () => gzipOf(deck, { name: '../../etc/cron.d/a' })],
  'unsafe_member/gzip-stored-name-absolute': ['a.k.gz', () => gzipOf(deck, { name: '/etc/passwd' })],
}

function tarInPieces(): Buffer {
  const tar = tarOf([
    { name: 'a.k', data: deck },
    { name: 'tool', data: peFile() },
  ])
  const pieces = Array.from({ length: Math.ceil(tar.length / 700) }, (_, i) => tar.subarray(i * 700, (i + 1) * 700))
  return Buffer.concat(pieces.map((piece) => gzipOf(piece)))
}
