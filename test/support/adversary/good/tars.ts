import { gzipSync } from 'node:zlib'
import { noise } from '../../archives/bytes.ts'
import { binaryStl, lsdynaDeck, openfoamField } from '../../archives/cae.ts'
import { gzipOf, type TarMember, tarOf } from '../../archives/tar.ts'
import { zipOf } from '../../archives/zip.ts'
import type { GoodCases } from '../case.ts'

const deck = lsdynaDeck(20)
const one = (member: Partial<TarMember> = {}) => tarOf([{ name: 'a.k', data: deck, ...member }])
const pieces = (data: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(data.length / size) }, (_, i) => data.subarray(i * size, (i + 1) * size))
const joined = (...parts: readonly Buffer[]) => Buffer.concat(parts)
const last = deck.length - 10

export const TARS: GoodCases = {
  'tar-size-said-twice': ['a.tar', () => tarOf([{ name: 'a', data: 'abc', pax: { 'SCHILY.realsize': '3' } }])],
  tar: ['a.tar', () => one()],
  'tar-without-members': ['a.tar', () => Buffer.alloc(10_240)],
  'tar-empty': ['a.tar.gz', () => gzipOf(tarOf([]))],
  'tar-old': ['a.tar', () => one({ magic: 'v7', type: '\0' })],
  'tar-gnu': ['a.tar', () => one({ magic: 'gnu' })],
  'tar-contiguous': ['a.tar', () => one({ type: '7' })],
  'tar-gnu-long-name': ['a.tar', () => one({ gnuLongName: `${'folder/'.repeat(30)}main.k`, magic: 'gnu' })],
  'tar-prefix': ['a.tar', () => one({ prefix: 'long/folder' })],
  'tar-pax-hangul': ['a.tar', () => one({ pax: { path: '해석/차체.k', mtime: '1767225600.25' } })],
  'tar-pax-xattr': [
    'a.tar',
    () => one({ pax: { 'SCHILY.xattr.user.note': 'a b\nc', 'LIBARCHIVE.creationtime': '1' } }),
  ],
  'tar-pax-size': ['a.tar', () => one({ pax: { size: `${deck.length}` }, size: 0 })],
  'tar-pax-same-size': ['a.tar', () => one({ pax: { size: `${deck.length}` } })],
  'tar-pax-global': [
    'a.tar',
    () =>
      tarOf([
        { name: 'g', type: 'g', data: '52 comment=0123456789abcdef0123456789abcdef01234567\n' },
        { name: 'a.k', data: deck },
      ]),
  ],
  'tar-base256': ['a.tar', () => one({ base256: true, magic: 'gnu' })],
  'tar-latin-1-name': ['a.tar', () => one({ name: Buffer.from('Geh\u00e4use.k', 'latin1') })],
  'tar-cp949-name': ['a.tar', () => one({ name: Buffer.from('c7d1b1db2e6b', 'hex') })],
  'tar-dot': [
    'a.tar',
    () =>
      tarOf([
        { name: './', type: '5' },
        { name: './a.k', data: deck },
      ]),
  ],
  'tar-volume-label': [
    'a.tar',
    () =>
      tarOf([
        { name: 'backup', type: 'V', magic: 'gnu' },
        { name: 'a.k', data: deck },
      ]),
  ],
  'tar-incremental': [
    'a.tar',
    () =>
      tarOf([
        { name: 'd/', type: 'D', magic: 'gnu', data: 'Ya.k\0\0' },
        { name: 'd/a.k', data: deck },
      ]),
  ],
  'tar-same-name-twice': [
    'a.tar',
    () =>
      tarOf([
        { name: 'a', data: '1' },
        { name: 'a', data: '22' },
      ]),
  ],
  'tar-sparse-0.1': [
    'a.tar',
    () => one({ pax: { 'GNU.sparse.major': '0', 'GNU.sparse.map': `0,10,5000,${last}`, 'GNU.sparse.size': '9000' } }),
  ],
  'tar-sparse-1.0': [
    'a.tar',
    () =>
      one({
        name: 'GNUSparseFile.0/a.k',
        data: joined(Buffer.from(`2\n0\n10\n5000\n${last}\n`.padEnd(512, '\0')), deck),
        pax: {
          'GNU.sparse.major': '1',
          'GNU.sparse.minor': '0',
          'GNU.sparse.name': 'a.k',
          'GNU.sparse.realsize': '9000',
        },
      }),
  ],
  'tar-sparse-only-hole': [
    'a.tar',
    () => one({ data: '', pax: { 'GNU.sparse.map': '1048576,0', 'GNU.sparse.size': '1048576' } }),
  ],
  'tar-one-zero-block': [
    'a.tar',
    () => tarOf([{ name: 'a.k', data: deck }], { end: false, afterEnd: Buffer.alloc(512) }),
  ],
  'tar-padded-long': ['a.tar', () => joined(one(), Buffer.alloc(200_000))],
  'tar-stored-zip': ['a.tar', () => one({ name: 'b.zip', data: zipOf([{ name: 'a.k', data: deck }]) })],
  'tar-gz': ['a.tar.gz', () => gzipOf(one())],
  tgz: ['a.tgz', () => gzipOf(one())],
  'tar-gz-as-gz': ['a.gz', () => gzipOf(one(), { name: 'a.tar' })],
  'tar-gz-frames': ['a.tar.gz', () => joined(...pieces(one(), 1000).map((piece) => gzipOf(piece)))],
  'tar-in-tar-gz': ['a.tgz', () => gzipOf(one({ name: 'b.tar', data: one() }))],
  gzip: ['main.k.gz', () => gzipOf(deck)],
  'gzip-header-fields': ['main.k.gz', () => gzipOf(deck, { name: 'main.k', comment: 'x', headerCrc: true })],
  'gzip-fluent-name': ['elbow.cas.gz', () => gzipOf('(0 "fluent")\n', { name: 'flntgz-538884' })],
  'gzip-other-name': ['points.gz', () => gzipOf(openfoamField())],
  'gzip-frames': ['main.k.gz', () => joined(...pieces(lsdynaDeck(20_000), 65_280).map((piece) => gzipOf(piece)))],
  'gzip-large-frames': ['main.k.gz', () => joined(gzipOf(lsdynaDeck(20_000)), gzipOf(lsdynaDeck(20_000)))],
  'gzip-empty': ['main.k.gz', () => gzipOf('')],
  'gzip-bgzf-end': ['main.k.gz', () => joined(gzipOf(deck), gzipOf(''))],
  'gzip-padded': ['main.k.gz', () => joined(gzipOf(deck), Buffer.alloc(1000))],
  'gzip-level-0': ['a.dat.gz', () => gzipSync(noise(300_000), { level: 0 })],
  'gzip-stl': ['wing.stl.gz', () => gzipOf(binaryStl())],
  'gzip-zip': ['a.zip.gz', () => gzipOf(zipOf([{ name: 'a.k', data: deck }]))],
  'gzip-gzip': ['a.k.gz.gz', () => gzipOf(gzipOf(deck))],
  'tar-without-end': {
    file: ['a.tar', () => tarOf([{ name: 'a.k', data: deck }], { end: false })],
    warns: ['odd_archive'],
  },
  'tar-links': {
    file: [
      'a.tar',
      () =>
        tarOf([
          { name: 'a.k', data: deck },
          { name: 'd/l', type: '2', link: '../a.k' },
          { name: 'b.k', type: '1', link: 'a.k' },
        ]),
    ],
    warns: ['inner_link'],
  },
  'tar-named-tar-but-gzip': { file: ['a.tar', () => gzipOf(one())], warns: ['container_mismatch'] },
}
