import {
  isApfs,
  isExtBlock,
  isFatBlock,
  isHfsPlus,
  isHfsWrapper,
  isMachUniversal,
  isNtfsBlock,
  isPpmd,
  isQcow,
  isRpmLead,
  isSquashBlock,
  isVdi,
  isVhdFooter,
  isVmdk,
} from './image-headers.ts'
import { archive, type Signature } from './signatures.ts'

const text = (letters: string): string => Buffer.from(letters, 'latin1').toString('hex')
const image = (name: string, hex: string, back = 0, verify: Signature['verify'] = () => true): Signature =>
  archive(name, hex, back, verify)

/** File systems, disks and other wrappers that 7-Zip finds behind other bytes as it finds archives. */
export const IMAGES: readonly Signature[] = [
  image('file system (ext)', '53ef', 1080, isExtBlock),
  image('file system (FAT)', '55aa', 510, isFatBlock),
  image('file system (NTFS)', text('NTFS    \0'), 3, isNtfsBlock),
  image('file system (HFS+)', text('H+\0\x04'), 1024, isHfsPlus),
  image('file system (HFSX)', text('HX\0\x05'), 1024, isHfsPlus),
  image('file system (HFS)', text('BD'), 1024, isHfsWrapper),
  image('file system (APFS)', text('NXSB'), 32, isApfs),
  image('file system (UDF)', text('BEA01\x01\0'), 32_769),
  image('file system (cramfs)', text('Compressed ROMFS'), 16),
  ...['hsqs', 'sqsh', 'shsq', 'qshs'].map((name) => image('file system (SquashFS)', text(name), 0, isSquashBlock)),
  image('disk image (GPT)', '454649205041525400000100', 512),
  image('disk image (VHDX)', text('vhdxfile')),
  image('disk image (VHD)', text('conectix'), 0, isVhdFooter),
  image('disk image (VMDK)', text('KDMV'), 0, isVmdk),
  image('disk image (QCOW)', '514649fb', 0, isQcow),
  image('disk image (VDI)', '7f10dabe', 64, isVdi),
  image('disk image (Android)', '67446c6134000000', 4096),
  image('disk image (Android)', '3aff26ed0100'),
  image('firmware image (UEFI)', 'd954937a68044a4481ce0bf617d890df', 16),
  image('firmware image (UEFI)', '78e58c8c3d8a1c4f9935896185c32dd3', 16),
  image('firmware image (UEFI)', 'bd86663b760d3040b70eb5519e2fc5a0'),
  image('firmware image (UEFI)', '8ba63c4a2377fb48803d578cc1fec44d'),
  image('firmware image (UEFI)', 'b9829153b5ab9143b69ae3a943f72fcc'),
  image('setup program (NSIS)', 'efbeadde4e756c6c736f6674496e7374', 4),
  image('help file (Windows)', '495453460300000060000000'),
  image('help file (Windows)', '49544f4c49544c530100000028000000'),
  { ...image('universal program (Mach-O)', 'cafebabe000000', 0, isMachUniversal), isProgram: true },
  image('package (RPM)', 'edabeedb', 0, isRpmLead),
  image('compressed file (PPMd)', '8fafac84', 0, isPpmd),
]
