import { type TarMember, tarOf } from '../../archives/tar.ts'
import { type ZipMember, zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'

const LINK = 0o120777
const zipLink = (name: string, target: string): ZipMember => ({ name, data: target, mode: LINK })
const tarLink = (name: string, link: string, type = '2'): TarMember => ({ name, link, type })
const zip = (...members: ZipMember[]) => zipOf(members)
const tar = (...members: TarMember[]) => tarOf(members)

const file = { name: 'a', data: 'text' }

export const LINKS: HostileCases = {
  'unsafe_member/zip-link-climbs': ['a.zip', () => zip(zipLink('l', '../..'))],
  'unsafe_member/zip-link-climbs-from-within': ['a.zip', () => zip(zipLink('a/b/l', '../../../x'))],
  'unsafe_member/zip-link-absolute': ['a.zip', () => zip(zipLink('l', '/etc'))],
  'unsafe_member/zip-link-drive': ['a.zip', () => zip(zipLink('l', 'C:\\Windows'))],
  'unsafe_member/zip-link-network': ['a.zip', () => zip(zipLink('l', '\\\\host\\share'))],
  'unsafe_member/zip-link-with-nul': ['a.zip', () => zip(zipLink('l', 'a\0/etc'))],
  'unsafe_member/zip-link-endless': ['a.zip', () => zip(zipLink('l', 'a/'.repeat(3000)))],
  'unsafe_member/zip-written-through-link': ['a.zip', () => zip(zipLink('l', 'sub'), { name: 'l/x', data: 'text' })],
  'ambiguous_archive/zip-link-and-file': ['a.zip', () => zip(zipLink('l', 'sub'), { name: './l', data: 'text' })],
  'unsafe_member/zip-link-through-link': ['a.zip', () => zip(zipLink('a', 'b/c'), zipLink('x', 'a/../../y'))],
  'unsafe_member/zip-device': ['a.zip', () => zip({ name: 'd', mode: 0o020666 })],
  'unsafe_member/zip-block-device': ['a.zip', () => zip({ name: 'd', mode: 0o060666 })],
  'unsafe_member/zip-pipe': ['a.zip', () => zip({ name: 'd', mode: 0o010666 })],
  'unsafe_member/zip-socket': ['a.zip', () => zip({ name: 'd', mode: 0o140666 })],
  'unsafe_member/tar-link-climbs': ['a.tar', () => tar(tarLink('l', '../x'))],
  'unsafe_member/tar-link-climbs-late': ['a.tar', () => tar(tarLink('a/l', 'b/../../../x'))],
  'unsafe_member/tar-link-absolute': ['a.tar', () => tar(tarLink('l', '/etc/passwd'))],
  'unsafe_member/tar-link-by-pax': ['a.tar', () => tar({ ...tarLink('l', 'a'), pax: { linkpath: '../../x' } })],
  'unsafe_member/tar-hard-link-climbs': ['a.tar', () => tar(tarLink('l', '../../x', '1'))],
  'unsafe_member/tar-hard-link-absolute': ['a.tar', () => tar(tarLink('l', '/etc/shadow', '1'))],
  'unsafe_member/tar-hard-link-to-link': ['a.tar', () => tar(tarLink('a', 'b'), tarLink('c', 'a/d', '1'))],
  'unsafe_member/tar-written-through-link': ['a.tar', () => tar(tarLink('l', 'sub'), { ...file, name: 'l/x' })],
  'unsafe_member/tar-written-through-link-in-folder': [
    'a.tar',
    () => tar({ name: 'd/', type: '5' }, tarLink('d/l', '.'), { ...file, name: 'd/l/x' }),
  ],
  'unsafe_member/tar-link-then-file': ['a.tar', () => tar(tarLink('l', 'sub'), { ...file, name: 'l' })],
  'unsafe_member/tar-link-in-link': ['a.tar', () => tar(tarLink('a', 'b'), tarLink('a/c', 'd'))],
  'unsafe_member/tar-folder-over-link': [
    'a.tar',
    () => tar(tarLink('l', 'sub'), { name: 'l/', type: '5' }, { ...file, name: 'l/x' }),
  ],
}
