import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, type TarMember, tarOf } from '../../archives/tar.ts'
import type { HostileCases } from '../case.ts'

const deck = lsdynaDeck(20)
const one = (member: Partial<TarMember>) => tarOf([{ name: 'a', ...member }])

/** Old GNU form: the map stands in the header. */
const gnuSparse = (realSize: number, fragments: readonly (readonly [number, number])[], data: Buffer): Buffer =>
  one({
    type: 'S',
    magic: 'gnu',
    data,
    patch: (header) => {
      fragments.forEach(([offset, length], i) => {
        header.write(`${offset.toString(8).padStart(11, '0')}\0${length.toString(8).padStart(11, '0')}\0`, 386 + 24 * i)
      })
      header.write(`${realSize.toString(8).padStart(11, '0')}\0`, 483)
    },
  })

/** Sparse files that lie, and programs in members of each kind. */
export const TAR_CONTENTS: HostileCases = {
  'ambiguous_archive/tar-sparse-does-not-fit': [
    'a.tar',
    () => one({ data: 'abc', pax: { 'GNU.sparse.map': '0,9', 'GNU.sparse.size': '9' } }),
  ],
  'ambiguous_archive/tar-sparse-out-of-order': [
    'a.tar',
    () => one({ data: 'abcd', pax: { 'GNU.sparse.map': '9,2,0,2', 'GNU.sparse.size': '20' } }),
  ],
  'ambiguous_archive/tar-sparse-beyond-its-size': [
    'a.tar',
    () => one({ data: 'abcd', pax: { 'GNU.sparse.map': '90,4', 'GNU.sparse.size': '20' } }),
  ],
  'ambiguous_archive/tar-sparse-odd-map': [
    'a.tar',
    () => one({ data: 'abcd', pax: { 'GNU.sparse.map': '0,4,9', 'GNU.sparse.size': '20' } }),
  ],
  'ambiguous_archive/tar-sparse-1.0-no-map': [
    'a.tar',
    () =>
      one({
        data: Buffer.concat([Buffer.from('x\n'), Buffer.alloc(510)]),
        pax: { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '5' },
      }),
  ],
  'ambiguous_archive/tar-sparse-old-does-not-fit': ['a.tar', () => gnuSparse(9, [[0, 900]], Buffer.from('abc'))],
  'executable/tar': ['a.tar', () => one({ data: peFile() })],
  'executable/tar-unknown-type': ['a.tar', () => one({ type: 'Q', data: peFile() })],
  'executable/tar-contiguous': ['a.tar', () => one({ type: '7', data: elfFile() })],
  'executable/tar-old-type': ['a.tar', () => one({ type: '\0', data: peFile(), magic: 'v7' })],
  'executable/tar-file-with-slash': ['a.tar', () => one({ name: 'a/', data: peFile() })],
  'executable/tar-dump-folder-data': ['a.tar', () => one({ type: 'D', magic: 'gnu', data: peFile() })],
  'executable/tar-label-data': ['a.tar', () => tarOf([{ name: 'v', type: 'V', magic: 'gnu', data: peFile() }])],
  'executable/tar-sparse-pieces': [
    'a.tar',
    () => one({ data: sparsePe(), pax: { 'GNU.sparse.map': '0,64,4096,512', 'GNU.sparse.size': '4608' } }),
  ],
  'executable/tar-sparse-old-pieces': [
    'a.tar',
    () =>
      gnuSparse(
        4608,
        [
          [0, 64],
          [4096, 512],
        ],
        sparsePe(),
      ),
  ],
  'executable/tar-base256-size': ['a.tar', () => one({ data: peFile(), base256: true, magic: 'gnu' })],
  'executable/tar-header-is-a-program': [
    'a.tar',
    () => one({ name: peHead(345), data: deck, patch: (h) => h.write('PE\0\0', 345) }),
  ],
  'executable/tar-in-tar': ['a.tar', () => one({ data: one({ data: peFile() }) })],
  'executable/tar-gz-without-end': ['a.tgz', () => gzipOf(tarOf([{ name: 'a', data: peFile() }], { end: false }))],
  'unsafe_member/tar-sparse-name-climbs': [
    'a.tar',
    () => one({ data: 'abc', pax: { 'GNU.sparse.name': '../x', 'GNU.sparse.map': '0,3', 'GNU.sparse.size': '3' } }),
  ],
}

/** Header of a program whose 0x3C points behind a hole: 64 bytes here, the rest at 4096. */
function sparsePe(): Buffer {
  const pe = peFile({ headerAt: 4096 })
  return Buffer.concat([pe.subarray(0, 64), pe.subarray(4096)])
}

/** A DOS header as a member's name; 0x3C says where the newer header is. */
function peHead(headerAt: number): Buffer {
  return peFile({ headerAt }).subarray(0, 64)
}
