import { noise } from '../../archives/bytes.ts'
import { lsdynaDeck } from '../../archives/cae.ts'
import { peFile } from '../../archives/executables.ts'
import { type TarMember, tarOf } from '../../archives/tar.ts'
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

export const TAR: HostileCases = {
  'ambiguous_archive/tar-two-sizes': ['a.tar', () => one({ data: 'abc', pax: { size: '600' } })],
  'ambiguous_archive/tar-two-sizes-hide-a-program': ['a.tar', () => one({ data: hidden, pax: { size: '1' } })],
  'ambiguous_archive/tar-size-for-bsdtar-only': ['a.tar', () => one({ data: hidden, pax: { 'SCHILY.realsize': '5' } })],
  'ambiguous_archive/tar-size-for-bsdtar-no-number': [
    'a.tar',
    () => one({ data: 'abc', pax: { 'SCHILY.realsize': '0x3' } }),
  ],
  'ambiguous_archive/tar-holes-of-solaris': ['a.tar', () => one({ data: hidden, pax: { 'SUN.holesdata': ' 0 512' } })],
  'ambiguous_archive/tar-pax-size-no-number': ['a.tar', () => one({ data: 'abc', pax: { size: '-1' } })],
  'ambiguous_archive/tar-pax-length-lies': ['a.tar', () => pax('99 path=b\n')],
  'ambiguous_archive/tar-pax-without-line-end': ['a.tar', () => pax('11 path=abc')],
  'ambiguous_archive/tar-pax-length-zero': ['a.tar', () => pax('0 path=b\n')],
  'ambiguous_archive/tar-solaris-size': ['a.tar', () => pax('12 size=512\n', 'X', { data: textThenHidden })],
  'ambiguous_archive/tar-global-size': ['a.tar', () => pax('12 size=512\n', 'g', { data: textThenHidden })],
  'executable/tar-label-with-an-archive': [
    'a.tar',
    () => tarOf([{ name: 'v', type: 'V', magic: 'gnu', data: hidden }, { name: 'a' }]),
  ],
  'ambiguous_archive/tar-file-named-as-folder': ['a.tar', () => one({ name: 'd/', data: textThenHidden })],
  'ambiguous_archive/tar-contiguous-named-as-folder': [
    'a.tar',
    () => one({ name: 'd/', type: '7', data: textThenHidden }),
  ],
  'ambiguous_archive/tar-unknown-type-named-as-folder': [
    'a.tar',
    () => one({ name: 'd/', type: 'Q', data: textThenHidden }),
  ],
  'ambiguous_archive/tar-long-name-of-nothing': [
    'a.tar',
    () => tarOf([{ name: 'l', type: 'L', magic: 'gnu', data: textThenHidden }]),
  ],
  'ambiguous_archive/tar-bytes-behind-long-name': [
    'a.tar',
    () => one({ gnuLongName: `b\0${textThenHidden.toString('latin1')}` }),
  ],
  'ambiguous_archive/tar-mode-no-number': [
    'a.tar',
    () => one({ data: textThenHidden, patch: (h) => h.write('I000644', 100) }),
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
  'unsafe_member/tar-character-device': ['a.tar', () => one({ type: '3' })],
  'unsafe_member/tar-block-device': ['a.tar', () => one({ type: '4' })],
  'unsafe_member/tar-pipe': ['a.tar', () => one({ type: '6' })],
}
