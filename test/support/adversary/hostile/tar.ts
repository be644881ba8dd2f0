import { noise } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, type TarMember, tarOf } from '../../archives/tar.ts'
import type { HostileCases } from '../case.ts'

const deck = lsdynaDeck(20)
const one = (member: Partial<TarMember>) => tarOf([{ name: 'a', ...member }])
const pax = (text: string, type = 'x', next: Partial<TarMember> = {}): Buffer =>
  tarOf([
    { name: 'p', type, data: text },
    { name: 'a', ...next },
  ])
/** Header and data of a program as a tar would hold them: data for one reader, a member for another. */
const hidden = tarOf([{ name: 'tool', data: peFile() }], { end: false })

const textThenHidden = Buffer.concat([Buffer.alloc(512, 'text '), hidden])

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

export const TAR: HostileCases = {
  'ambiguous_archive/tar-two-sizes': ['a.tar', () => one({ data: 'abc', pax: { size: '600' } })],
  'ambiguous_archive/tar-two-sizes-hide-a-program': ['a.tar', () => one({ data: hidden, pax: { size: '1' } })],
  'ambiguous_archive/tar-pax-size-no-number': ['a.tar', () => one({ data: 'abc', pax: { size: '-1' } })],
  'ambiguous_archive/tar-pax-length-lies': ['a.tar', () => pax('99 path=b\n')],
  'ambiguous_archive/tar-pax-without-line-end': ['a.tar', () => pax('11 path=abc')],
  'ambiguous_archive/tar-pax-length-zero': ['a.tar', () => pax('0 path=b\n')],
  'ambiguous_archive/tar-solaris-size': ['a.tar', () => pax('12 size=512\n', 'X', { data: textThenHidden })],
  'ambiguous_archive/tar-global-size': ['a.tar', () => pax('12 size=512\n', 'g', { data: textThenHidden })],
  'ambiguous_archive/tar-label-with-data': [
    'a.tar',
    () => tarOf([{ name: 'v', type: 'V', magic: 'gnu', data: hidden }, { name: 'a' }]),
  ],
  'ambiguous_archive/tar-folder-with-data': ['a.tar', () => one({ name: 'a/', type: '5', data: hidden })],
  'ambiguous_archive/tar-link-with-data': ['a.tar', () => one({ type: '2', link: 'b', data: hidden })],
  'ambiguous_archive/tar-hard-link-with-data': ['a.tar', () => one({ type: '1', link: 'b', data: hidden })],
  'ambiguous_archive/tar-size-no-number': ['a.tar', () => one({ data: deck, patch: (h) => h.write('9z', 124) })],
  'ambiguous_archive/tar-size-negative': [
    'a.tar',
    () => tarOf([{ name: 'a' }, { name: 'b', patch: (h) => h.fill(0xff, 124, 136) }]),
  ],
  'ambiguous_archive/tar-no-header-in-the-middle': [
    'a.tar',
    () => tarOf([{ name: 'a' }, { name: 'b', badChecksum: true }]),
  ],
  'ambiguous_archive/tar-data-behind-end': ['a.tar', () => tarOf([{ name: 'a' }], { afterEnd: hidden })],
  'ambiguous_archive/tar-data-behind-one-zero-block': [
    'a.tar',
    () =>
      tarOf([{ name: 'a' }], { end: false, afterEnd: Buffer.concat([Buffer.alloc(512), hidden, Buffer.alloc(1024)]) }),
  ],
  'ambiguous_archive/tar-text-behind-end': ['a.tar', () => tarOf([{ name: 'a' }], { afterEnd: Buffer.from('more') })],
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
  'not_inspectable/tar-cut-in-data': ['a.tar', () => one({ data: noise(5000) }).subarray(0, 3000)],
  'not_inspectable/tar-cut-in-header': [
    'a.tar',
    () => tarOf([{ name: 'a', data: deck }, { name: 'b' }], { end: false }).subarray(0, -100),
  ],
  'not_inspectable/tar-cut-in-extension': ['a.tar', () => one({ pax: { path: 'n'.repeat(3000) } }).subarray(0, 1500)],
  'not_inspectable/tar-size-beyond-the-end': ['a.tar', () => one({ data: deck, size: 2 ** 32 })],
  'not_inspectable/tar-base256-beyond-the-end': [
    'a.tar',
    () => one({ data: deck, size: 2 ** 50, base256: true, magic: 'gnu' }),
  ],
  'not_inspectable/tar-one-volume-of-many': ['a.tar', () => one({ type: 'M', magic: 'gnu', data: deck })],
  'unsafe_member/tar-pax-path-climbs': ['a.tar', () => one({ pax: { path: '../../x' } })],
  'unsafe_member/tar-global-path-climbs': ['a.tar', () => pax('17 path=../../x1\n', 'g')],
  'unsafe_member/tar-solaris-path-climbs': ['a.tar', () => pax('17 path=../../x1\n', 'X')],
  'unsafe_member/tar-pax-path-with-nul': ['a.tar', () => one({ pax: { path: 'a\0b' } })],
  'unsafe_member/tar-empty-pax-path-hides-name': ['a.tar', () => one({ name: '../../x', pax: { path: '' } })],
  'unsafe_member/tar-gnu-name-climbs': ['a.tar', () => one({ gnuLongName: '../x' })],
  'unsafe_member/tar-prefix-climbs': ['a.tar', () => one({ prefix: '../..' })],
  'unsafe_member/tar-sparse-name-climbs': [
    'a.tar',
    () => one({ data: 'abc', pax: { 'GNU.sparse.name': '../x', 'GNU.sparse.map': '0,3', 'GNU.sparse.size': '3' } }),
  ],
  'unsafe_member/tar-character-device': ['a.tar', () => one({ type: '3' })],
  'unsafe_member/tar-block-device': ['a.tar', () => one({ type: '4' })],
  'unsafe_member/tar-pipe': ['a.tar', () => one({ type: '6' })],
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
