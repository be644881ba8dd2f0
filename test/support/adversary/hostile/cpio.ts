import { lsdynaDeck } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { type CpioForm, cpioEntry, cpioOf, cpioTrailer } from '../formats/cpio.ts'

const deck = lsdynaDeck(20)
const pair = (data: Buffer) => [
  { name: 'a.k', data: deck },
  { name: 'b.dat', data },
]
const whole = cpioOf(pair(peFile()))
const good = cpioOf(pair(deck))
const FORMS: readonly CpioForm[] = ['new', 'sum', 'old', 'afio', 'little', 'big']
/** One letter changed, so that what stands there is no header any more. */
const broken = (bytes: Buffer, at: number): Buffer => {
  const out = Buffer.from(bytes)
  out.write('x', at)
  return out
}
const second = cpioEntry({ name: 'a.k', data: deck }, 'new', 1).length

/** cpio in all its forms; where a header is damaged bsdtar goes on at the next one, and gives out what follows. */
export const CPIO: HostileCases = {
  ...Object.fromEntries(
    FORMS.map((form) => [`executable/cpio-${form}`, ['a.cpio', () => cpioOf(pair(elfFile()), form)]]),
  ),
  'executable/cpio-gz': ['a.cpio.gz', () => gzipOf(cpioOf(pair(elfFile())))],
  'executable/cpio-binary-under-any-name': ['restart.001', () => cpioOf(pair(elfFile()), 'little')],
  'executable/cpio-in-zip': ['a.zip', () => zipOf([{ name: 'data', data: whole }])],
  'executable/cpio-type-0': ['a.cpio', () => cpioOf([{ name: 'a', data: peFile(), mode: 0o644 }])],
  'ambiguous_archive/cpio-first-header-damaged': ['a.cpio', () => broken(whole, 3)],
  'type_mismatch/cpio-only-header-damaged': ['a.cpio', () => broken(cpioTrailer('new'), 3)],
  'ambiguous_archive/cpio-first-field-damaged': ['a.cpio', () => broken(whole, 20)],
  'ambiguous_archive/cpio-first-field-damaged-other-name': ['a.dat', () => broken(whole, 20)],
  'ambiguous_archive/cpio-later-header-damaged': ['a.cpio', () => broken(whole, second + 2)],
  'ambiguous_archive/cpio-behind-text-like-one': [
    'a.dat',
    () => Buffer.concat([Buffer.from('070707 values\n'), whole]),
  ],
  'ambiguous_archive/cpio-bytes-behind-trailer': ['a.cpio', () => Buffer.concat([good, Buffer.from('more')])],
  'ambiguous_archive/cpio-two-in-a-row': ['a.cpio', () => Buffer.concat([good, whole])],
  'ambiguous_archive/cpio-bytes-between': [
    'a.cpio',
    () =>
      Buffer.concat([
        cpioEntry({ name: 'a.k', data: deck }, 'new', 1),
        Buffer.from('gap!'),
        cpioEntry({ name: 'b', data: peFile() }, 'new', 2),
        cpioTrailer('new'),
      ]),
  ],
  'ambiguous_archive/cpio-name-with-nul': ['a.cpio', () => cpioOf([{ name: 'a.k\0b', data: deck }])],
  'ambiguous_archive/cpio-folder-with-data': ['a.cpio', () => cpioOf([{ name: 'a', data: whole, mode: 0o040755 }])],
  'ambiguous_archive/cpio-trailer-with-data': [
    'a.cpio',
    () => cpioEntry({ name: 'TRAILER!!!', data: whole, mode: 0 }, 'new', 0),
  ],
  'unsafe_member/cpio-climbs': ['a.cpio', () => cpioOf([{ name: '../../x', data: deck }])],
  'unsafe_member/cpio-link-climbs': [
    'a.cpio',
    () => cpioOf([{ name: 'l', data: Buffer.from('../x'), mode: 0o120777 }]),
  ],
  'unsafe_member/cpio-through-link': [
    'a.cpio',
    () =>
      cpioOf([
        { name: 'l', data: Buffer.from('d'), mode: 0o120777 },
        { name: 'l/x', data: deck },
      ]),
  ],
  'unsafe_member/cpio-device': ['a.cpio', () => cpioOf([{ name: 'd', data: Buffer.alloc(0), mode: 0o020666 }])],
  'not_inspectable/cpio-cut-off': ['a.cpio', () => good.subarray(0, -200)],
  'not_inspectable/cpio-without-trailer': ['a.cpio', () => cpioEntry({ name: 'a.k', data: deck }, 'new', 1)],
  'not_inspectable/cpio-wrong-sum': ['a.cpio', () => cpioOf([{ name: 'a.k', data: deck, sum: 1 }], 'sum')],
}
