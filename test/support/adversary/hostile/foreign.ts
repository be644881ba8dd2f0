import { deflateRawSync } from 'node:zlib'
import { lsdynaDeck } from '../../archives/cae.ts'
import { arOf, elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { cabOf } from '../formats/cabinet.ts'
import { compressOf, lz4Of, lzma2Stored, xzOf, zstdOf, zstdSkippable } from '../formats/frames.ts'
import { BZIP2_DECK, BZIP2_PE, LZMA_PE, LZMA_PE_OTHER } from '../formats/packed.ts'
import { rar4Of, rar5Of } from '../formats/rar.ts'
import { LZMA2, sevenZipOf } from '../formats/seven-zip.ts'
import { zipLzma, zipPacked } from '../formats/zip-packed.ts'

const deck = lsdynaDeck(20)
const joined = (...parts: readonly Buffer[]) => Buffer.concat(parts)
const pair = (data: Buffer) => [
  { name: 'a.k', data: deck },
  { name: 'b.dat', data },
]
const solid = (data: Buffer) => lzma2Stored(Buffer.concat(pair(data).map((member) => member.data)))
const tar = () => tarOf(pair(peFile()))
const packed = (method: number, raw: Buffer) => () => zipPacked(method, raw, peFile())

/** A program inside every other format; without its decoder it is `not_inspectable`. */
export const FOREIGN: HostileCases = {
  'executable/xz': ['a.xz', () => xzOf(peFile()), 'xz'],
  'executable/xz-tar': ['a.tar.xz', () => xzOf(tar()), 'xz'],
  'executable/xz-later-stream': ['a.k.xz', () => joined(xzOf(deck), xzOf(peFile())), 'xz'],
  'executable/xz-in-zip': ['a.zip', () => zipOf([{ name: 'b.xz', data: xzOf(peFile()) }]), 'xz'],
  'executable/zstd': ['a.zst', () => zstdOf(peFile()), 'zstd'],
  'executable/zstd-tar': ['a.tar.zst', () => zstdOf(tar()), 'zstd'],
  'executable/zstd-later-frame': ['a.k.zst', () => joined(zstdOf(deck), zstdOf(peFile())), 'zstd'],
  'executable/zstd-behind-skippable': ['a.zst', () => joined(zstdSkippable(deck), zstdOf(peFile())), 'zstd'],
  'executable/lz4': ['a.lz4', () => lz4Of(peFile()), 'lz4'],
  'executable/lz4-later-frame': ['a.k.lz4', () => joined(lz4Of(deck), lz4Of(peFile())), 'lz4'],
  'executable/bzip2': ['a.bz2', () => BZIP2_PE, 'bzip2'],
  'executable/bzip2-later-stream': ['a.k.bz2', () => joined(BZIP2_DECK, BZIP2_PE), 'bzip2'],
  'executable/lzma': ['a.lzma', () => LZMA_PE, 'lzma'],
  'executable/lzma-other-properties': ['a.lzma', () => LZMA_PE_OTHER, 'lzma'],
  'executable/tlz-other-properties': ['a.tlz', () => LZMA_PE_OTHER, 'lzma'],
  'executable/compress': ['a.Z', () => compressOf(peFile()), 'compress'],
  'executable/compress-tar': ['a.tar.Z', () => compressOf(tar()), 'compress'],
  'executable/7z': ['a.7z', () => sevenZipOf(pair(peFile())), '7z'],
  'executable/7z-lzma2': ['a.7z', () => sevenZipOf(pair(elfFile()), { coder: LZMA2, packed: solid(elfFile()) }), '7z'],
  'executable/7z-in-tar-gz': ['a.tgz', () => gzipOf(tarOf([{ name: 'b.7z', data: sevenZipOf(pair(peFile())) }])), '7z'],
  'executable/rar4': ['a.rar', () => rar4Of(pair(peFile())), 'rar'],
  'executable/rar5': ['a.rar', () => rar5Of(pair(elfFile())), 'rar'],
  'executable/cab': ['a.cab', () => cabOf(pair(peFile())), 'cab'],
  'executable/ar': ['a.a', () => arOf([{ name: 'umat.o', data: elfFile({ kind: 'object' }) }]), 'ar'],
  'executable/zip-deflate64': ['a.zip', packed(9, deflateRawSync(peFile(), { level: 0 })), 'zip-deflate64'],
  'executable/zip-bzip2': ['a.zip', packed(12, BZIP2_PE), 'zip-bzip2'],
  'executable/zip-lzma': ['a.zip', packed(14, zipLzma(LZMA_PE)), 'zip-lzma'],
  'executable/zip-zstd': ['a.zip', packed(93, zstdOf(peFile())), 'zip-zstd'],
  'executable/zip-xz': ['a.zip', packed(95, xzOf(peFile())), 'zip-xz'],
  'unsafe_member/7z-climbs': ['a.7z', () => sevenZipOf([{ name: '../../x', data: deck }]), '7z'],
  'unsafe_member/rar-climbs': ['a.rar', () => rar4Of([{ name: '../../x', data: deck }]), 'rar'],
  'executable/cab-then-elf': ['a.cab', () => Buffer.concat([cabOf(pair(deck)), elfFile()]), 'cab'],
  'ambiguous_archive/cab-then-text': ['a.cab', () => Buffer.concat([cabOf(pair(deck)), Buffer.from('more')]), 'cab'],
  'unsafe_member/cab-absolute': ['a.cab', () => cabOf([{ name: '/etc/x', data: deck }]), 'cab'],
}
