import { fmuLike, lsdynaDeck } from '../../archives/cae.ts'
import { elfFile, peFile } from '../../archives/executables.ts'
import { gzipOf, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import { cabOf } from '../formats/cabinet.ts'
import { cpioOf } from '../formats/cpio.ts'
import { xzOf, zstdOf } from '../formats/frames.ts'
import { sevenZipOf } from '../formats/seven-zip.ts'

/** What is mutated, and what is made of it afterwards, so that a change inside a compressed archive is not just damage. */
export type Base = {
  readonly name: string
  readonly path: string
  readonly bytes: Buffer
  readonly wrap?: (bytes: Buffer) => Buffer
}

const deck = lsdynaDeck(4)
const pe = peFile().subarray(0, 0x180)
const elf = elfFile().subarray(0, 96)
const pair = (data: Buffer) => [
  { name: 'a.k', data: deck },
  { name: 'tool.dat', data },
]
const zips: readonly Omit<Base, 'path'>[] = [
  { name: 'zip', bytes: zipOf(pair(pe)) },
  { name: 'zip-stored', bytes: zipOf(pair(elf).map((member) => ({ ...member, method: 0 }))) },
  { name: 'zip-descriptors', bytes: zipOf(pair(pe).map((member) => ({ ...member, descriptor: 'signed32' as const }))) },
  {
    name: 'zip64',
    bytes: zipOf(
      pair(elf).map((member) => ({ ...member, zip64: true })),
      { zip64: true },
    ),
  },
  { name: 'zip-comment', bytes: zipOf(pair(pe), { comment: 'a comment of some length' }) },
  { name: 'zip-in-zip', bytes: zipOf([{ name: 'b.zip', data: zipOf(pair(pe)), method: 0 }]) },
  { name: 'zip-links', bytes: zipOf([...pair(elf), { name: 'l', data: 'a.k', mode: 0o120777, method: 0 }]) },
  { name: 'zip-good', bytes: zipOf(pair(deck)) },
  { name: 'fmu', bytes: fmuLike() },
]
const tars: readonly Omit<Base, 'path'>[] = [
  { name: 'tar', bytes: tarOf(pair(pe)) },
  {
    name: 'tar-gnu',
    bytes: tarOf([
      { name: 'x', magic: 'gnu', gnuLongName: 'long/tool.dat', data: elf },
      { name: 'a.k', data: deck },
    ]),
  },
  {
    name: 'tar-pax',
    bytes: tarOf([
      { name: 'x', data: pe, pax: { path: '해석/tool.dat', size: `${pe.length}` } },
      { name: 'a.k', data: deck },
    ]),
  },
  {
    name: 'tar-sparse',
    bytes: tarOf([
      { name: 'x', data: pe, pax: { 'GNU.sparse.map': `0,${pe.length}`, 'GNU.sparse.size': `${pe.length}` } },
    ]),
  },
  {
    name: 'tar-links',
    bytes: tarOf([{ name: 'd/', type: '5' }, { name: 'd/l', type: '2', link: '../a.k' }, ...pair(elf)]),
  },
  {
    name: 'tar-in-text',
    bytes: tarOf([{ name: 'a.k', data: Buffer.concat([Buffer.alloc(512, 'text '), tarOf(pair(pe), { end: false })]) }]),
  },
]

export const BASES: readonly Base[] = [
  ...zips.map((base) => ({ ...base, path: 'a.zip' })),
  ...tars.map((base) => ({ ...base, path: 'a.tar' })),
  ...tars.map((base) => ({
    ...base,
    name: `${base.name}-gz`,
    path: 'a.tar.gz',
    wrap: (bytes: Buffer) => gzipOf(bytes),
  })),
  ...(['new', 'old', 'little'] as const).map((form) => ({
    name: `cpio-${form}`,
    path: 'a.cpio',
    bytes: cpioOf(pair(pe), form),
  })),
  { name: 'gzip', path: 'a.gz', bytes: gzipOf(pe) },
  {
    name: 'gzip-frames',
    path: 'a.gz',
    bytes: Buffer.concat([gzipOf(deck, { name: 'a.k' }), gzipOf(elf), gzipOf(deck)]),
  },
  { name: 'gzip-zip', path: 'a.zip.gz', bytes: zipOf(pair(pe)), wrap: (bytes) => gzipOf(bytes) },
]

/** Each of these starts programs: a few hundred cases are enough. */
export const FOREIGN_BASES: readonly Base[] = [
  { name: 'xz', path: 'a.xz', bytes: xzOf(pe) },
  { name: 'zstd', path: 'a.zst', bytes: Buffer.concat([zstdOf(deck), zstdOf(elf)]) },
  { name: '7z', path: 'a.7z', bytes: sevenZipOf(pair(pe)) },
  { name: 'cab', path: 'a.cab', bytes: cabOf(pair(elf)) },
]
