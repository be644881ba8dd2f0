import { crc32 } from 'node:zlib'
import { noise, u16, u32 } from '../../archives/bytes.ts'
import { lsdynaDeck, sbatchScript } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { compressOf } from '../formats/frames.ts'
import { lhaOf } from '../formats/lha.ts'
import { packOf } from '../formats/pack.ts'
import { LZMA_PE, LZMA_PE_OTHER } from '../formats/packed.ts'
import { base64Encoded, uuencoded } from '../formats/uuencoded.ts'

const tar = tarOf([{ name: 'tool', data: elfFile() }])
const deck = lsdynaDeck(20)
const hex = (pairs: string) => Buffer.from(pairs, 'hex')
const text = (words: string) => Buffer.from(words, 'latin1')
const filled = (length: number, ...parts: readonly (readonly [at: number, bytes: Buffer])[]): Buffer => {
  const out = noise(length)
  for (const [at, bytes] of parts) bytes.copy(out, at)
  return out
}

const arjBody = Buffer.concat([Buffer.from([30, 11, 1, 0, 0x10, 0, 2, 0]), Buffer.alloc(26)])
const ext = filled(4096, [0x400, u32(100)], [0x414, u32(1)], [0x418, u32(2)], [0x438, u16(0xef53)], [0x44c, u32(1)])

const UNREAD_HEADS: Readonly<Record<string, Buffer>> = {
  lzip: filled(2000, [0, text('LZIP\x01\x0c')]),
  lzop: filled(2000, [0, hex('894c5a4f000d0a1a0a')]),
  lrzip: filled(2000, [0, hex('4c525a4900')]),
  lha: lhaOf('tool', peFile()),
  arj: Buffer.concat([hex('60ea'), u16(arjBody.length), arjBody, u32(crc32(arjBody)), noise(500)]),
  ace: filled(2000, [7, text('**ACE**')]),
  zoo: filled(2000, [0, text('ZOO 2.10 Archive.\x1a')], [20, hex('dca7c4fd')]),
  alz: filled(2000, [0, hex('414c5a01')]),
  egg: filled(2000, [0, hex('454747410001')]),
  warc: text(`WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 9\r\n\r\n${'x'.repeat(9)}\r\n\r\n`),
  wim: filled(2000, [0, hex('4d5357494d000000d0000000')]),
  szdd: filled(2000, [0, hex('535a444488f02733')]),
  chm: filled(2000, [0, hex('4954534603000000')]),
  squashfs: filled(2000, [0, text('hsqs')], [28, u16(4)]),
  cramfs: filled(2000, [0, hex('453dcd28')], [16, text('Compressed ROMFS')]),
  ext,
  ntfs: filled(2000, [3, text('NTFS    ')], [510, hex('55aa')]),
  fat: filled(2000, [82, text('FAT32   ')], [510, hex('55aa')]),
  gpt: filled(2000, [510, hex('55aa')], [512, text('EFI PART')]),
  vhdx: filled(2000, [0, text('vhdxfile')]),
  vmdk: filled(2000, [0, text('KDMV')], [4, u32(1)]),
  qcow: filled(2000, [0, hex('514649fb')]),
  sif: filled(2000, [0, text('#!/usr/bin/env run-singularity\n')], [31, Buffer.from([0])], [32, text('SIF_MAGIC\0')]),
}

/** What other tools unpack under any name, and Airlock does not read; and what they unpack by a signature of two bytes. */
export const UNREAD: HostileCases = {
  ...Object.fromEntries(
    Object.entries(UNREAD_HEADS).map(([name, bytes]) => [
      `not_inspectable/unread-${name}`,
      ['a.dat', () => bytes] as const,
    ]),
  ),
  'not_inspectable/unread-in-zip': ['a.zip', () => zipOf([{ name: 'b', data: lhaOf('tool', peFile()) }])],
  'not_inspectable/pack': ['a.z', () => packOf(peFile())],
  'not_inspectable/pack-under-any-name': ['a.dat', () => packOf(peFile())],
  'not_inspectable/pack-in-tar': ['a.tar', () => tarOf([{ name: 'a.mat', data: packOf(elfFile()) }])],
  'not_inspectable/base64-by-name': ['tool.b64', () => text(`\n${peFile().toString('base64')}\n`)],
  'ambiguous_archive/compress-under-any-name': ['a.dat', () => compressOf(tar)],
  'ambiguous_archive/compress-of-a-program': ['state', () => compressOf(peFile())],
  'ambiguous_archive/compress-twice': ['a.dat', () => compressOf(compressOf(tar))],
  'ambiguous_archive/lzma-under-any-name': ['a.dat', () => LZMA_PE],
  'ambiguous_archive/lzma-of-other-properties-under-any-name': ['a.dat', () => LZMA_PE_OTHER],
  'ambiguous_archive/lzma86-under-any-name': ['a.dat', () => Buffer.concat([Buffer.alloc(1), LZMA_PE])],
  'ambiguous_archive/lzma86-of-other-properties': [
    'a.lzma86',
    () => Buffer.concat([Buffer.alloc(1, 1), LZMA_PE_OTHER]),
  ],
  'ambiguous_archive/uuencoded-tar': ['mail.txt', () => text(uuencoded('a.tar', tar))],
  'ambiguous_archive/uuencoded-behind-words': [
    'a.k',
    () => Buffer.concat([deck, text(uuencoded('a.tgz', gzipOf(tar)))]),
  ],
  'ambiguous_archive/uuencoded-program': ['mail.txt', () => text(uuencoded('tool', peFile()))],
  'ambiguous_archive/base64-encoded-tar': ['notes.txt', () => text(base64Encoded('a.tar', tar))],
  'ambiguous_archive/uuencoded-second': [
    'mail.txt',
    () => text(`${uuencoded('a.k', deck)}more words\n${uuencoded('a.tar', tar)}`),
  ],
  'executable/script-polyglot-elf-in-tar': [
    'a.tar',
    () =>
      tarOf([
        { name: 'a.sh', data: sbatchScript() },
        { name: 'b', data: elfFile() },
      ]),
  ],
}
