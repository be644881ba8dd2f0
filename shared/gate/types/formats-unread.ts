import { hasArjHeader, hasLhaHeader } from '../embedded/legacy-headers.ts'
import { type Format, format } from './format.ts'
import { all, any, hex, magic, type Probe, pattern, u32 } from './probes.ts'

const lha: Probe = ({ head }) => hasLhaHeader(head, 2)
const arj: Probe = all(hex('60ea'), ({ head }) => hasArjHeader(head, 0))

/** Version 0 or 1, and a dictionary of 4 KiB to 512 MiB. */
const lzip: Probe = all(magic('LZIP'), ({ head }) => {
  const [version, size] = [head[4] ?? 2, (head[5] ?? 0) & 0x1f]
  return version <= 1 && size >= 12 && size <= 29
})

/** The superblock of ext2 to ext4: its magic alone is two bytes, so the figures beside it must be sane. */
const extImage: Probe = ({ head }) =>
  head.length >= 0x460 &&
  head.readUInt16LE(0x438) === 0xef53 &&
  head.readUInt32LE(0x414) <= 1 &&
  head.readUInt32LE(0x418) <= 6 &&
  head.readUInt32LE(0x44c) <= 1 &&
  head.readUInt32LE(0x400) > 0

const LONGEST_CODE = 25
/**
 * pack(1), as `gzip -dc` unpacks it: its magic is two bytes, so the codes it counts for each length must make one tree, by the
 * sums that gzip 1.12 makes. The last count is two less than it stands for.
 */
const pack: Probe = all(hex('1f1e'), ({ head }) => {
  const longest = head[6] ?? 0
  if (longest === 0 || longest > LONGEST_CODE || head.length < 7 + longest) return false
  const counts = [...head.subarray(7, 7 + longest)]
  counts[longest - 1] = (counts[longest - 1] as number) + 2
  const top = counts.reduceRight((nodes, count) => (nodes >> 1) + count, 0)
  return top >> 1 === 1 && counts.reduce((free, count) => Math.max(-1, free * 2) - count, 1) >= 0
})

/** 7-Zip takes it by its name alone. */
const base64: Probe = pattern(/^\s*[A-Za-z0-9+/]{4}/, 256)

const unread = (id: string, extensions: string, probe: Probe, en: string, ko: string): Format =>
  format(id, 'unread', extensions, probe, en, ko)

/** Archives and images of file systems that other tools unpack, and nobody reads here. */
export const UNREAD_FORMATS = [
  unread('lzip', 'lz', lzip, 'lzip', 'lzip 압축 파일'),
  unread('lzop', 'lzo', hex('894c5a4f000d0a1a0a'), 'lzop', 'lzop 압축 파일'),
  unread('lrzip', 'lrz', hex('4c525a4900'), 'lrzip', 'lrzip 압축 파일'),
  unread('lha', 'lzh lha', lha, 'LHA archive', 'LHA 압축 파일'),
  unread('arj', 'arj', arj, 'ARJ archive', 'ARJ 압축 파일'),
  unread('ace', 'ace', magic('**ACE**', 7), 'ACE archive', 'ACE 압축 파일'),
  unread('zoo', 'zoo', all(magic('ZOO '), hex('dca7c4fd', 20)), 'ZOO archive', 'ZOO 압축 파일'),
  unread('alz', 'alz', hex('414c5a01'), 'ALZip archive (ALZ)', '알집 압축 파일 (ALZ)'),
  unread('egg', 'egg', hex('454747410001'), 'ALZip archive (EGG)', '알집 압축 파일 (EGG)'),
  unread('zpaq', 'zpaq', any(magic('7kSt'), magic('zPQ\x01'), magic('zPQ\x02')), 'ZPAQ archive', 'ZPAQ 압축 파일'),
  unread('stuffit', 'sit sitx', any(magic('StuffIt (c)'), magic('SIT!')), 'StuffIt archive', 'StuffIt 압축 파일'),
  unread('warc', 'warc', pattern(/^WARC\/\d\.\d+\r?\n/, 16), 'web archive (WARC)', '웹 아카이브 (WARC)'),
  unread(
    'wim',
    'wim swm esd',
    all(hex('4d5357494d000000'), u32(8, 208)),
    'Windows image (WIM)',
    'Windows 이미지 (WIM)',
  ),
  unread('szdd', '', hex('535a444488f02733'), 'Microsoft compressed file (SZDD)', 'Microsoft 압축 파일 (SZDD)'),
  unread('chm', 'chm', hex('4954534603000000'), 'Windows help (CHM)', 'Windows 도움말 (CHM)'),
  unread(
    'squashfs',
    'squashfs sqsh',
    all(magic('hsqs'), hex('0400', 28)),
    'file system image (SquashFS)',
    '파일 시스템 이미지 (SquashFS)',
  ),
  unread(
    'cramfs',
    '',
    all(hex('453dcd28'), magic('Compressed ROMFS', 16)),
    'file system image (cramfs)',
    '파일 시스템 이미지 (cramfs)',
  ),
  unread('ext', '', extImage, 'file system image (ext)', '파일 시스템 이미지 (ext)'),
  unread(
    'ntfs',
    '',
    all(magic('NTFS    ', 3), hex('55aa', 510)),
    'file system image (NTFS)',
    '파일 시스템 이미지 (NTFS)',
  ),
  unread(
    'fat',
    '',
    all(hex('55aa', 510), any(magic('FAT12   ', 54), magic('FAT16   ', 54), magic('FAT32   ', 82))),
    'file system image (FAT)',
    '파일 시스템 이미지 (FAT)',
  ),
  unread('gpt', '', all(hex('55aa', 510), magic('EFI PART', 512)), 'disk image (GPT)', '디스크 이미지 (GPT)'),
  unread('vhd', 'vhd', magic('conectix'), 'disk image (VHD)', '디스크 이미지 (VHD)'),
  unread('vhdx', 'vhdx', magic('vhdxfile'), 'disk image (VHDX)', '디스크 이미지 (VHDX)'),
  unread('vmdk', 'vmdk', all(magic('KDMV'), u32(4, 1, 2, 3)), 'disk image (VMDK)', '디스크 이미지 (VMDK)'),
  unread('qcow', 'qcow qcow2', hex('514649fb'), 'disk image (QCOW)', '디스크 이미지 (QCOW)'),
  unread('vdi', 'vdi', hex('7f10dabe', 64), 'disk image (VDI)', '디스크 이미지 (VDI)'),
  unread('pack', 'z', pack, 'pack', 'pack 압축 파일'),
  unread('base64', 'b64', base64, 'base64', 'base64 인코딩 파일'),
  unread('sif', 'sif', magic('SIF_MAGIC', 32), 'container image (SIF)', '컨테이너 이미지 (SIF)'),
]
