import { deflateRawSync } from 'node:zlib'
import { lsdynaDeck } from '../archives/cae.ts'
import { arOf } from '../archives/executables.ts'
import type { Decoder } from './case.ts'
import { cabOf } from './formats/cabinet.ts'
import { cpioOf } from './formats/cpio.ts'
import { compressOf, lz4Of, xzOf, zstdOf } from './formats/frames.ts'
import { BZIP2_DECK, LZMA_DECK, SMALL_DECK } from './formats/packed.ts'
import { rar4Of } from './formats/rar.ts'
import { sevenZipOf } from './formats/seven-zip.ts'
import { zipLzma, zipPacked } from './formats/zip-packed.ts'

const deck = lsdynaDeck(20)
const pair = [
  { name: 'a.k', data: deck },
  { name: 'b/c.k', data: SMALL_DECK },
]

/** A small good file of each, so that a test can ask whether its decoder is there. */
export const SPECIMENS: Readonly<Record<Decoder, readonly [path: string, bytes: () => Buffer]>> = {
  bzip2: ['a.k.bz2', () => BZIP2_DECK],
  xz: ['a.k.xz', () => xzOf(deck)],
  lzma: ['a.lzma', () => LZMA_DECK],
  lz4: ['a.k.lz4', () => lz4Of(deck)],
  zstd: ['a.k.zst', () => zstdOf(deck)],
  compress: ['a.k.Z', () => compressOf(deck)],
  '7z': ['a.7z', () => sevenZipOf(pair)],
  rar: ['a.rar', () => rar4Of(pair)],
  cab: ['a.cab', () => cabOf(pair)],
  cpio: ['a.cpio', () => cpioOf(pair)],
  ar: ['a.a', () => arOf([{ name: 'a.k', data: deck }])],
  'zip-deflate64': ['a.zip', () => zipPacked(9, deflateRawSync(SMALL_DECK, { level: 0 }), SMALL_DECK)],
  'zip-bzip2': ['a.zip', () => zipPacked(12, BZIP2_DECK, SMALL_DECK)],
  'zip-lzma': ['a.zip', () => zipPacked(14, zipLzma(LZMA_DECK), SMALL_DECK)],
  'zip-zstd': ['a.zip', () => zipPacked(93, zstdOf(SMALL_DECK), SMALL_DECK)],
  'zip-xz': ['a.zip', () => zipPacked(95, xzOf(SMALL_DECK), SMALL_DECK)],
}
