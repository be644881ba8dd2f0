import { noise } from '../../archives/bytes.ts'
import { lsdynaDeck, pngFile } from '../../archives/cae.ts'
import { type TarMember, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'

const deck = () => lsdynaDeck(5)
const zip = (name: string | Buffer) => zipOf([{ name, data: 'text' }])
const tar = (name: string, more: Partial<TarMember> = {}) => tarOf([{ name, data: 'text', ...more }])

/** What each system makes of the name of an upload (scan.md §1). */
const UPLOADS: Readonly<Record<string, string>> = {
  plain: 'setup.exe',
  'upper-case': 'SETUP.EXE',
  'double-extension': 'report.pdf.exe',
  'trailing-space': 'a.exe ',
  'trailing-dot': 'a.exe.',
  'trailing-dots-and-spaces': 'a.exe. . .',
  'trailing-no-break-space': 'a.exe\u00a0',
  'full-width-letters': 'a．ｅｘｅ',
  'full-width-dot': 'a．exe',
  'ideographic-full-stop': 'a。exe',
  'ntfs-stream': 'a.txt:b.exe',
  'ntfs-data-stream': 'a.exe::$DATA',
  'turned-letters': 'a\u202etxt.exe',
  'turned-extension': 'fdp\u202e.exe',
  'isolated-letters': 'a\u2066.exe\u2069',
  'zero-width-space': 'a.e\u200bxe',
  'soft-hyphen': 'a.ex\u00ade',
  'grapheme-joiner': 'a.s\u034fcr',
  'hangul-filler': 'a.exe\u3164',
  'byte-order-mark': 'a.exe\ufeff',
}
const KINDS = 'dll sys drv cpl msi hta vbs vbe wsf scf lnk scr pif'.split(' ')

export const NAMES: HostileCases = {
  ...Object.fromEntries(Object.entries(UPLOADS).map(([why, name]) => [`executable_name/upload-${why}`, [name, deck]])),
  ...Object.fromEntries(KINDS.map((kind) => [`executable_name/upload-${kind}`, [`a.${kind}`, deck]])),
  'executable_name/upload-com-no-text': ['a.com', () => noise(500)],
  'executable_name/upload-com-of-high-bytes': [
    'a.com',
    () => Buffer.concat([Buffer.from('e90001', 'hex'), Buffer.alloc(300, 0x90)]),
  ],
  'executable_name/upload-picture': ['photo.png.scr', () => pngFile()],
  'executable_name/zip': ['a.zip', () => zip('bin/run.exe')],
  'executable_name/zip-trailing-dot': ['a.zip', () => zip('run.exe.')],
  'executable_name/zip-turned': ['a.zip', () => zip('a\u202etxt.exe')],
  'executable_name/zip-cp949': ['a.zip', () => zip(Buffer.from('c7d1b1db2e657865', 'hex'))],
  'executable_name/tar-full-width': ['a.tar', () => tar('a．ｅｘｅ')],
  'executable_name/tar-pax': ['a.tar', () => tar('a', { pax: { path: 'b/run.scr' } })],
  'executable_name/zip-in-zip': ['a.zip', () => zipOf([{ name: 'b.zip', data: zip('run.vbs') }])],
  'unsafe_member/zip-climbs': ['a.zip', () => zip('../../x')],
  'unsafe_member/zip-climbs-inside': ['a.zip', () => zip('a/b/../../../x')],
  'unsafe_member/zip-climbs-backslash': ['a.zip', () => zip('a\\..\\..\\x')],
  'unsafe_member/zip-climbs-mixed': ['a.zip', () => zip('a/..\\../x')],
  'unsafe_member/zip-climbs-with-spaces': ['a.zip', () => zip('.. /x')],
  'unsafe_member/zip-only-dots': ['a.zip', () => zip('..')],
  'unsafe_member/zip-absolute': ['a.zip', () => zip('/etc/cron.d/x')],
  'unsafe_member/zip-absolute-backslash': ['a.zip', () => zip('\\Windows\\x')],
  'unsafe_member/zip-drive': ['a.zip', () => zip('C:\\x')],
  'unsafe_member/zip-drive-relative': ['a.zip', () => zip('c:x')],
  'unsafe_member/zip-network': ['a.zip', () => zip('\\\\host\\share\\x')],
  'unsafe_member/zip-network-slashes': ['a.zip', () => zip('//host/share/x')],
  'unsafe_member/zip-nul': ['a.zip', () => zip('a.txt\0.k')],
  'unsafe_member/zip-line-break': ['a.zip', () => zip('a\nb')],
  'unsafe_member/zip-escape': ['a.zip', () => zip('a\u001b[2Jb')],
  'unsafe_member/zip-delete': ['a.zip', () => zip('a\u007fb')],
  'unsafe_member/zip-c1-control': ['a.zip', () => zip('a\u0085b')],
  'unsafe_member/zip-long-name': ['a.zip', () => zip('n'.repeat(65_000))],
  'unsafe_member/zip-deep-path': ['a.zip', () => zip(`${'d/'.repeat(300)}x`)],
  'unsafe_member/zip-folder-climbs': ['a.zip', () => zipOf([{ name: '../x/' }])],
  'unsafe_member/tar-climbs': ['a.tar', () => tar('a/../../x')],
  'unsafe_member/tar-absolute': ['a.tar', () => tar('/etc/cron.d/x')],
  'unsafe_member/tar-drive': ['a.tar', () => tar('D:/x')],
  'unsafe_member/tar-escape': ['a.tar', () => tar('a\u001bb')],
  'unsafe_member/tar-long-name': ['a.tar', () => tar('a', { gnuLongName: 'n'.repeat(5000) })],
  'unsafe_member/tar-deep-path': ['a.tar', () => tar('a', { pax: { path: `${'d/'.repeat(300)}x` } })],
}
