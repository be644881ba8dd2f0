import { deflateRawSync } from 'node:zlib'
import { lsdynaDeck } from '../../archives/cae.ts'
import { arOf, peFile } from '../../archives/executables.ts'
import { zipOf } from '../../archives/zip.ts'
import type { HostileCases } from '../case.ts'
import { cabOf } from '../formats/cabinet.ts'
import { lz4Of, xzOf, zstdOf } from '../formats/frames.ts'
import { BZIP2_DECK, BZIP2_PE } from '../formats/packed.ts'
import { rar4Of, rar5Of } from '../formats/rar.ts'
import { AES, sevenZipOf } from '../formats/seven-zip.ts'
import { zipPacked } from '../formats/zip-packed.ts'

const deck = lsdynaDeck(20)
const pair = (data: Buffer) => [
  { name: 'a.k', data: deck },
  { name: 'b.dat', data },
]
const cut = (bytes: Buffer, from = 20) => bytes.subarray(0, -from)
const damaged = (bytes: Buffer, at: number): Buffer => {
  const out = Buffer.from(bytes)
  out[at] = (out[at] as number) ^ 0xff
  return out
}

export const UNREADABLE: HostileCases = {
  'not_inspectable/7z-encrypted': ['a.7z', () => sevenZipOf(pair(deck), { coder: AES })],
  'not_inspectable/7z-cut-off': ['a.7z', () => cut(sevenZipOf(pair(deck)))],
  'not_inspectable/7z-damaged': ['a.7z', () => damaged(sevenZipOf(pair(deck)), 60)],
  'not_inspectable/7z-later-part': ['a.7z.002', () => deflateRawSync(deck)],
  'not_inspectable/rar4-encrypted': ['a.rar', () => rar4Of(pair(deck), { fileFlags: 4 })],
  'not_inspectable/rar4-hidden-headers': ['a.rar', () => rar4Of(pair(deck), { mainFlags: 0x80 })],
  'not_inspectable/rar4-volume': ['a.rar', () => rar4Of(pair(deck), { mainFlags: 1, fileFlags: 2 })],
  'not_inspectable/rar4-cut-off': ['a.rar', () => cut(rar4Of(pair(deck)), 60)],
  'not_inspectable/rar5-encrypted': ['a.rar', () => rar5Of(pair(deck), { encrypted: true })],
  'not_inspectable/rar5-cut-off': ['a.rar', () => cut(rar5Of(pair(deck)), 60)],
  'not_inspectable/zip-later-part': ['a.z03', () => zipOf([{ name: 'a.k', data: deck }])],
  'not_inspectable/rar-later-part': ['a.part2.rar', () => deflateRawSync(deck)],
  'not_inspectable/xz-cut-off': ['a.k.xz', () => cut(xzOf(deck))],
  'not_inspectable/xz-wrong-crc': ['a.k.xz', () => xzOf(deck, { crc: 1 })],
  'not_inspectable/xz-damaged': ['a.k.xz', () => damaged(xzOf(deck), 25)],
  'not_inspectable/zstd-cut-off': ['a.k.zst', () => cut(zstdOf(deck))],
  'not_inspectable/zstd-damaged': ['a.k.zst', () => damaged(zstdOf(deck), 6)],
  'not_inspectable/lz4-cut-off': ['a.k.lz4', () => cut(lz4Of(deck))],
  'not_inspectable/bzip2-cut-off': ['a.k.bz2', () => cut(BZIP2_DECK, 10)],
  'not_inspectable/bzip2-damaged': ['a.k.bz2', () => damaged(BZIP2_DECK, 50)],
  'not_inspectable/cab-cut-off': ['a.cab', () => cut(cabOf(pair(deck)))],
  'not_inspectable/ar-cut-off': ['a.a', () => cut(arOf([{ name: 'a.k', data: deck }]))],
  'not_inspectable/zip-bzip2-damaged': ['a.zip', () => zipPacked(12, damaged(BZIP2_PE, 50), peFile())],
}
