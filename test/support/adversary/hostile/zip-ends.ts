import { deflateRawSync } from 'node:zlib'
import { noise, u32, u64 } from '../../archives/bytes.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { type ZipMember, type ZipOptions, zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'

const one = (member: Partial<ZipMember>, options: ZipOptions = {}) =>
  zipOf([{ name: 'a', data: 'content of a member', ...member }], options)
const two = (first: ZipMember, second: ZipMember) => zipOf([first, second])

const END = Buffer.from('504b0506', 'hex')
/** Changes a plain or zip64 end record. */
function patched(zip: Buffer, signature: string, offset: number, value: Buffer): Buffer {
  const out = Buffer.from(zip)
  value.copy(out, out.lastIndexOf(Buffer.from(signature, 'hex')) + offset)
  return out
}
const small64 = () => one({}, { zip64: true })

export const ZIP_ENDS: HostileCases = {
  'ambiguous_archive/zip-two-end-records': ['a.zip', () => one({}, { comment: zipOf([]) })],
  'ambiguous_archive/zip-two-end-records-in-chain': [
    'a.zip',
    () => one({}, { comment: Buffer.concat([Buffer.from('x'), one({ name: 'b' })]) }),
  ],
  'ambiguous_archive/zip-end-record-behind': ['a.zip', () => one({}, { suffix: zipOf([]) })],
  'ambiguous_archive/zip-bytes-behind': ['a.zip', () => one({}, { suffix: Buffer.from('more') })],
  'ambiguous_archive/zip-bytes-behind-zeros': [
    'a.zip',
    () => one({}, { suffix: Buffer.concat([Buffer.alloc(600), Buffer.from('more')]) }),
  ],
  'ambiguous_archive/zip-archive-behind': ['a.zip', () => Buffer.concat([one({}), one({ name: 'b' })])],
  'ambiguous_archive/zip-archive-behind-counted': ['a.zip', () => one({ name: 'b' }, { prefix: one({}) })],
  'ambiguous_archive/zip-prefix-counted': ['a.zip', () => one({}, { prefix: Buffer.from('PK\x03\x04 text') })],
  'ambiguous_archive/zip-prefix-not-counted': [
    'a.zip',
    () => one({}, { prefix: Buffer.from('PK\x03\x04 text'), prefixCounted: false }),
  ],
  'ambiguous_archive/zip-fewer-entries': ['a.zip', () => one({}, { entryCount: 0 })],
  'ambiguous_archive/zip-more-entries': ['a.zip', () => one({}, { entryCount: 9 })],
  'ambiguous_archive/zip-directory-size': ['a.zip', () => one({}, { directorySize: 46 })],
  'ambiguous_archive/zip-directory-offset': ['a.zip', () => one({}, { directoryOffset: 5 })],
  'ambiguous_archive/zip64-other-count': [
    'a.zip',
    () => patched(small64(), '504b0506', 8, Buffer.from('02000200', 'hex')),
  ],
  'ambiguous_archive/zip64-other-offset': ['a.zip', () => patched(small64(), '504b0506', 16, u32(0))],
  'ambiguous_archive/zip64-other-size': ['a.zip', () => patched(small64(), '504b0506', 12, u32(10))],
  'ambiguous_archive/zip64-two-counts': ['a.zip', () => patched(small64(), '504b0606', 24, u64(7))],
  'ambiguous_archive/zip64-locator-lies': ['a.zip', () => patched(small64(), '504b0607', 8, u64(0))],
  'ambiguous_archive/zip64-record-length-lies': ['a.zip', () => patched(small64(), '504b0606', 4, u64(45))],
  'ambiguous_archive/zip64-hidden-record': ['a.zip', hiddenZip64],
  'not_inspectable/zip-split-last-part': ['a.zip', () => one({}, { disk: 1 })],
  'not_inspectable/zip-split-last-part-without-header': ['a.zip', () => lastPart(3000)],
  'not_inspectable/zip-split-large-last-part': ['a.zip', () => lastPart(300_000)],
  'not_inspectable/zip-split-last-part-in-zip': [
    'b.zip',
    () => zipOf([{ name: 'a.zip', data: lastPart(300_000), method: 0 }]),
  ],
  'not_inspectable/zip64-split': ['a.zip', () => patched(small64(), '504b0607', 16, u32(3))],
  'not_inspectable/zip64-record-on-other-disk': ['a.zip', () => patched(small64(), '504b0606', 16, u32(1))],
  'not_inspectable/zip-split-first-part': [
    'a.zip',
    () => Buffer.concat([Buffer.from('504b0708', 'hex'), one({}).subarray(0, 60)]),
  ],
  'not_inspectable/zip-split-later-part': ['a.z01', () => Buffer.from(deflateRawSync(elfFile()))],
  'not_inspectable/zip-cut-in-member': ['a.zip', () => one({}).subarray(0, 40)],
  'not_inspectable/zip-cut-in-directory': ['a.zip', () => one({}).subarray(0, -40)],
  'not_inspectable/zip-cut-in-end-record': ['a.zip', () => one({}).subarray(0, -4)],
  'not_inspectable/zip-comment-cut-off': ['a.zip', () => one({}, { comment: 'a long comment' }).subarray(0, -6)],
  'not_inspectable/zip-middle-missing': ['a.zip', () => Buffer.concat([one({}).subarray(0, 35), one({}).subarray(40)])],
  'executable/zip-comment': ['a.zip', () => one({}, { comment: peFile() })],
  'executable/zip-member-comment': ['a.zip', () => one({ comment: elfFile() })],
  'executable/zip-member-comment-pe': ['a.zip', () => one({ comment: peFile() })],
  'executable/zip-gap': ['a.zip', () => two({ name: 'a' }, { name: 'b', before: peFile() })],
  'executable/zip-gap-elf': ['a.zip', () => one({}, { beforeDirectory: elfFile() })],
}

/** It begins with what is left of a member, and its directory says where that is in the part before. */
const lastPart = (bytes: number): Buffer => one({}, { prefix: noise(bytes), disk: 3 })

/** Two directories: the plain end record points at one, a zip64 record before it at the other; both counts are written out. */
function hiddenZip64(): Buffer {
  const zip = one({}, { zip64: true })
  const at = zip.lastIndexOf(END)
  const end = Buffer.from(zip.subarray(at))
  const directory = zip.lastIndexOf(Buffer.from('504b0102', 'hex'))
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(0x2f, 12)
  end.writeUInt32LE(directory + 1, 16)
  return Buffer.concat([zip.subarray(0, at), end])
}
