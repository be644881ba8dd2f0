import { u16, u32 } from '../../archives/bytes.ts'
import { hdf5File, lsdynaDeck } from '../../archives/cae.ts'
import { elfFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { zstdOf } from '../formats/frames.ts'

const deck = lsdynaDeck(20)
/** A tar with a program in it, whose first bytes are those of something else: they are the name of its member. */
const tarNamed = (name: Buffer): Buffer => tarOf([{ name, data: elfFile() }])
const TAR = tarNamed(Buffer.alloc(0)).length

/** The tar lies in the extra field of the only member. */
function inZip(): Buffer {
  const withExtra = (rest: Buffer) =>
    zipOf([
      { name: 'a', data: deck, extra: Buffer.alloc(0), localExtra: Buffer.concat([u16(0x9999), u16(TAR - 35), rest]) },
    ])
  return withExtra(tarNamed(withExtra(Buffer.alloc(TAR - 35)).subarray(0, 35)).subarray(35))
}

function inGzip(): Buffer {
  const plain = gzipOf(deck)
  const head = Buffer.from([0x1f, 0x8b, 8, 4, 1, 1, 1, 1, 0, 3, ...u16(TAR - 12)])
  return Buffer.concat([tarNamed(head), plain.subarray(10)])
}

const inZstd = (): Buffer => Buffer.concat([tarNamed(Buffer.concat([u32(0x184d2a50), u32(TAR - 8)])), zstdOf(deck)])

const inHdf5 = (): Buffer => hdf5File({ userBlock: tarNamed(Buffer.from('a.so')) })

/** A tar whose check sum is written as some tools read it. */
function tarWithSum(write: (sum: number) => Buffer): Buffer {
  const tar = tarNamed(Buffer.from('tool'))
  write(Number.parseInt(tar.toString('latin1', 148, 154), 8)).copy(tar, 148)
  return tar
}
const octal = (sum: number, width: number) => sum.toString(8).padStart(width, '0')

/** GNU tar, bsdtar and Python ask whether something is a tar before, or without, asking what else it is. */
export const TARS_IN_FRONT: HostileCases = {
  'ambiguous_archive/tar-header-on-zip': ['a.zip', inZip],
  'ambiguous_archive/tar-header-on-gzip': ['a.gz', inGzip],
  'ambiguous_archive/tar-header-on-gzip-named-tar': ['a.tar', inGzip],
  'ambiguous_archive/tar-header-on-zstd': ['a.zst', inZstd],
  'executable/tar-in-hdf5-user-block': ['a.h5', inHdf5],
  'ambiguous_archive/tar-header-on-zip-in-zip': ['b.zip', () => zipOf([{ name: 'a.zip', data: inZip() }])],
  'ambiguous_archive/tar-header-on-gzip-in-gzip': ['a.gz.gz', () => gzipOf(inGzip())],
  'executable/tar-sum-of-eight-digits': ['a.dat', () => tarWithSum((sum) => Buffer.from(octal(sum, 8)))],
  'ambiguous_archive/tar-sum-behind-a-tab': ['a.dat', () => tarWithSum((sum) => Buffer.from(`\t${octal(sum, 6)}\0`))],
  'ambiguous_archive/tar-sum-in-binary': [
    'a.dat',
    () =>
      tarWithSum((sum) => Buffer.concat([Buffer.from('80000000', 'hex'), Buffer.from([0, 0, sum >> 8, sum & 255])])),
  ],
  'ambiguous_archive/tar-sum-in-octal-of-python': [
    'a.dat',
    () => tarWithSum((sum) => Buffer.from(`0o${octal(sum, 5)}\0`)),
  ],
}
