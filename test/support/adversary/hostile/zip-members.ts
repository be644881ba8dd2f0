import { deflateRawSync } from 'node:zlib'
import { zipOfOverlaps, zipThatDeclaresLess, zipThatDeclaresMore } from '../../archives/bombs.ts'
import { u16, u64 } from '../../archives/bytes.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { asiMode, streamMode, unicodePathExtra, type ZipMember, type ZipOptions, zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'

const DATA = 'content of a member'
const one = (member: Partial<ZipMember>, options: ZipOptions = {}) =>
  zipOf([{ name: 'a', data: DATA, ...member }], options)
const two = (first: ZipMember, second: ZipMember) => zipOf([first, second])

/** A stored member whose data is itself a member, and the directory lists both: Fifield's quoting. */
function quoted(): Buffer {
  const inner = zipOf([{ name: 'b', data: DATA, method: 0 }]).subarray(0, 31 + DATA.length)
  const outer = zipOf([
    { name: 'a', data: inner, method: 0 },
    { name: 'b', sameAs: 0 },
  ])
  // The second line of the directory points into the first member's data, and says what stands there.
  const at = outer.lastIndexOf(Buffer.from('504b0102', 'hex'))
  const line = zipOf([{ name: 'b', data: DATA, method: 0 }])
  line.copy(
    outer,
    at,
    line.lastIndexOf(Buffer.from('504b0102', 'hex')),
    line.lastIndexOf(Buffer.from('504b0506', 'hex')),
  )
  outer.writeUInt32LE(31, at + 42)
  return outer
}

/** A member that the directory does not list. */
const unlisted = (): Buffer => {
  const hidden = zipOf([{ name: 'tool', data: peFile(), method: 0 }]).subarray(0, 34 + peFile().length)
  return two({ name: 'a', data: DATA }, { name: 'b', data: DATA, before: hidden })
}

const zip64Extra = (size: number, compressed: number) => Buffer.concat([u16(1), u16(16), u64(size), u64(compressed)])

const NONE = Buffer.alloc(0)
const CP949 = Buffer.from('b0a12e6b', 'hex')

export const ZIP_MEMBERS: HostileCases = {
  'ambiguous_archive/zip-local-name': ['a.zip', () => one({ local: { name: 'b' } })],
  'ambiguous_archive/zip-local-name-case': ['a.zip', () => one({ local: { name: 'A' } })],
  'ambiguous_archive/zip-local-name-length': ['a.zip', () => one({ local: { name: 'ab' } })],
  'ambiguous_archive/zip-local-method': ['a.zip', () => one({ local: { method: 0 } })],
  'ambiguous_archive/zip-local-flag-encrypted': ['a.zip', () => one({ local: { flags: 1 } })],
  'ambiguous_archive/zip-local-flag-descriptor': ['a.zip', () => one({ local: { flags: 8 } })],
  'ambiguous_archive/zip-local-flag-utf8': ['a.zip', () => one({ local: { flags: 0x800 } })],
  'ambiguous_archive/zip-local-crc': ['a.zip', () => one({ local: { crc: 1 } })],
  'ambiguous_archive/zip-local-size': ['a.zip', () => one({ local: { size: 3 } })],
  'ambiguous_archive/zip-local-compressed-size': ['a.zip', () => one({ local: { compressedSize: 3 } })],
  'ambiguous_archive/zip-local-zip64-size': ['a.zip', () => one({ zip64: true, local: { size: 5 } })],
  'ambiguous_archive/zip-local-zip64-compressed': ['a.zip', () => one({ zip64: true, local: { compressedSize: 5 } })],
  'ambiguous_archive/zip-local-zip64-without-field': [
    'a.zip',
    () => one({ local: { size: 0xffffffff, compressedSize: 0xffffffff } }),
  ],
  'ambiguous_archive/zip-stored-with-two-sizes': ['a.zip', () => one({ method: 0, size: 5 })],
  'ambiguous_archive/zip-descriptor-size': [
    'a.zip',
    () => one({ descriptor: 'signed32', descriptorClaim: { size: 1 } }),
  ],
  'ambiguous_archive/zip-descriptor-compressed-size': [
    'a.zip',
    () => one({ descriptor: 'unsigned32', descriptorClaim: { compressedSize: 1 } }),
  ],
  'ambiguous_archive/zip-descriptor-crc': ['a.zip', () => one({ descriptor: 'signed64', descriptorClaim: { crc: 1 } })],
  'ambiguous_archive/zip-descriptor-missing': ['a.zip', () => one({ flags: 8 })],
  'ambiguous_archive/zip-descriptor-and-local-lie': [
    'a.zip',
    () => one({ descriptor: 'signed32', local: { size: 77 } }),
  ],
  'ambiguous_archive/zip-declares-less': ['a.zip', () => zipThatDeclaresLess(16 * 1024 * 1024)],
  'ambiguous_archive/zip-declares-more': ['a.zip', zipThatDeclaresMore],
  'ambiguous_archive/zip-bytes-behind-deflate': [
    'a.zip',
    () => one({ raw: Buffer.concat([deflateRawSync(DATA), Buffer.from('more')]), data: DATA }),
  ],
  'ambiguous_archive/zip-second-deflate-behind-first': [
    'a.zip',
    () => one({ raw: Buffer.concat([deflateRawSync(DATA), deflateRawSync(elfFile())]), data: DATA }),
  ],
  'ambiguous_archive/zip-folder-with-data': ['a.zip', () => one({ name: 'a/' })],
  'ambiguous_archive/zip-folder-by-mode-with-data': ['a.zip', () => one({ mode: 0o040755 })],
  'ambiguous_archive/zip-overlap': ['a.zip', () => zipOfOverlaps(20)],
  'ambiguous_archive/zip-overlap-quoted': ['a.zip', quoted],
  'ambiguous_archive/zip-reaches-into-next': [
    'a.zip',
    () => two({ name: 'a', data: DATA, local: { compressedSize: 60 }, central: { compressedSize: 60 } }, { name: 'b' }),
  ],
  'ambiguous_archive/zip-unlisted-member': ['a.zip', unlisted],
  'ambiguous_archive/zip-gap-between': ['a.zip', () => two({ name: 'a' }, { name: 'b', before: Buffer.from('gap') })],
  'ambiguous_archive/zip-gap-at-start': ['a.zip', () => one({ before: Buffer.from('PK\x03\x04gap') })],
  'ambiguous_archive/zip-gap-before-directory': ['a.zip', () => one({}, { beforeDirectory: Buffer.from('gap') })],
  'ambiguous_archive/zip-same-name-other-content': [
    'a.zip',
    () => two({ name: 'a', data: '1' }, { name: 'a', data: '2' }),
  ],
  'ambiguous_archive/zip-same-name-by-backslash': [
    'a.zip',
    () => two({ name: 'a/b', data: '1' }, { name: 'a\\b', data: '2' }),
  ],
  'ambiguous_archive/zip-same-name-by-dot': ['a.zip', () => two({ name: 'a', data: '1' }, { name: './a', data: '2' })],
  'ambiguous_archive/zip-file-and-folder-of-a-name': ['a.zip', () => two({ name: 'a', data: '1' }, { name: 'a/' })],
  'ambiguous_archive/zip-unicode-path-renames': ['a.zip', () => one({ extra: unicodePathExtra('a', 'b.exe') })],
  'ambiguous_archive/zip-unicode-path-moves': ['a.zip', () => one({ extra: unicodePathExtra('a', 'x/y/a') })],
  'ambiguous_archive/zip-unicode-path-climbs': [
    'a.zip',
    () =>
      one({ name: Buffer.from('b0a12e6b', 'hex'), extra: unicodePathExtra(Buffer.from('b0a12e6b', 'hex'), '../가.k') }),
  ],
  'ambiguous_archive/zip-local-unicode-path-renames': [
    'a.zip',
    () => one({ localExtra: unicodePathExtra('a', 'setup.exe') }),
  ],
  'ambiguous_archive/zip-local-unicode-path-climbs': [
    'a.zip',
    () => one({ localExtra: unicodePathExtra('a', '../../evil.so') }),
  ],
  'ambiguous_archive/zip-local-unicode-path-of-another-name': [
    'a.zip',
    () => one({ name: CP949, extra: unicodePathExtra(CP949, '가.k'), localExtra: unicodePathExtra('other', 'b.exe') }),
  ],
  'ambiguous_archive/zip-second-unicode-path-renames': [
    'a.zip',
    () => one({ extra: Buffer.concat([unicodePathExtra('a', 'a'), unicodePathExtra('a', 'b.exe')]) }),
  ],
  'ambiguous_archive/zip-local-attributes-make-a-link': ['a.zip', () => one({ localExtra: streamMode(0o120777) })],
  'ambiguous_archive/zip-local-attributes-make-a-folder': ['a.zip', () => one({ localExtra: streamMode(0o040755) })],
  'ambiguous_archive/zip-local-attributes-make-no-link': [
    'a.zip',
    () => one({ mode: 0o120777, data: 'b', localExtra: streamMode(0o100644) }),
  ],
  'ambiguous_archive/zip-asi-link': ['a.zip', () => one({ mode: 0, extra: asiMode(0o120777), localExtra: NONE })],
  'ambiguous_archive/zip-local-asi-link': ['a.zip', () => one({ localExtra: asiMode(0o120777) })],
  'ambiguous_archive/zip-central-zip64-without-field': ['a.zip', () => one({ central: { size: 0xffffffff } })],
  'ambiguous_archive/zip-zip64-field-nobody-asked-for': [
    'a.zip',
    () => one({ extra: zip64Extra(5, 5), central: { size: 0xffffffff }, local: { size: DATA.length } }),
  ],
  'not_inspectable/zip-member-on-another-disk': [
    'a.zip',
    () => {
      const zip = one({})
      zip.writeUInt16LE(1, zip.lastIndexOf(Buffer.from('504b0102', 'hex')) + 34)
      return zip
    },
  ],
  'not_inspectable/zip64-member-on-another-disk': ['a.zip', () => one({ zip64: true, disk64: 1 })],
  'not_inspectable/zip-damaged-deflate': ['a.zip', () => one({ raw: Buffer.from('ffffffff', 'hex'), data: DATA })],
  'not_inspectable/zip-deflate-cut-off': [
    'a.zip',
    () => one({ raw: deflateRawSync(DATA).subarray(0, -4), data: DATA }),
  ],
  'not_inspectable/zip-wrong-crc': ['a.zip', () => one({ crc: 5 })],
  'not_inspectable/zip-wrong-crc-stored': ['a.zip', () => one({ crc: 5, method: 0 })],
  'not_inspectable/zip-encrypted': ['a.zip', () => one({ flags: 1 })],
  'not_inspectable/zip-strongly-encrypted': ['a.zip', () => one({ flags: 0x41 })],
  'not_inspectable/zip-hidden-headers': ['a.zip', () => one({ flags: 0x2041 })],
  'not_inspectable/zip-aes': ['a.zip', () => one({ flags: 1, method: 99 })],
  ...Object.fromEntries(
    [1, 6, 10, 19, 97, 98, 255].map((method) => [
      `not_inspectable/zip-method-${method}`,
      ['a.zip', () => one({ method })],
    ]),
  ),
}
