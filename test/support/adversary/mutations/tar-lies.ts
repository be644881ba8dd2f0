import fc from 'fast-check'
import { gzipOf, type TarMember, tarOf } from '../../archives/tar.ts'
import type { MutatedCase } from './cases.ts'
import { data, hiddenTar, rarely, sparse } from './lie.ts'

const TYPES = [
  '0',
  '0',
  '0',
  '0',
  '0',
  '0',
  '0',
  '0',
  '\0',
  '1',
  '2',
  '5',
  '7',
  'x',
  'g',
  'X',
  'L',
  'K',
  'V',
  'D',
  'S',
  'M',
  'N',
  'A',
  'I',
  'Q',
]
const pax = fc
  .record({
    path: rarely(fc.constantFrom('', 'b/c', 'a', '/', 'd/')),
    size: rarely(fc.constantFrom('0', '96', '384', '512', '1', '')),
    linkpath: rarely(fc.constantFrom('a', '../a')),
    'GNU.sparse.map': rarely(fc.constantFrom('0,384', '0,96', '512,384', '0,0', '')),
    'GNU.sparse.size': rarely(fc.constantFrom('384', '96', '896', '0')),
    'GNU.sparse.major': rarely(fc.constantFrom('0', '1')),
    'GNU.sparse.name': rarely(fc.constantFrom('b', '')),
    'SCHILY.realsize': rarely(fc.constantFrom('384', '0')),
    'SCHILY.filetype': rarely(fc.constantFrom('sparse', 'regular')),
  })
  .map(sparse)
const tarMember: fc.Arbitrary<TarMember> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'e', 'd/', './a', 'd/x'),
    data,
    type: fc.constantFrom(...TYPES),
    link: rarely(fc.constantFrom('a', 'b', 'd/x')),
    size: rarely(fc.constantFrom(0, 1, 96, 384, 512, 1024, 5000)),
    base256: rarely(fc.boolean()),
    pax: rarely(pax),
    gnuLongName: rarely(fc.constantFrom('c', 'long/name', '')),
    magic: rarely(fc.constantFrom('ustar' as const, 'gnu' as const, 'v7' as const)),
    prefix: rarely(fc.constantFrom('p', 'p/q')),
    badChecksum: rarely(fc.constant(true)),
  })
  .map(sparse)
const tarOptions = fc.record({
  end: fc.constantFrom(true, true, true, false),
  afterEnd: fc.constantFrom(Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(512), hiddenTar),
})

export const tarLies: fc.Arbitrary<MutatedCase> = fc
  .tuple(fc.array(tarMember, { minLength: 1, maxLength: 4 }), tarOptions, fc.boolean())
  .map(([members, options, packed]) => {
    const tar = tarOf(members, options)
    return packed
      ? { name: 'tar-lies-gz', path: 'a.tgz', bytes: gzipOf(tar) }
      : { name: 'tar-lies', path: 'a.tar', bytes: tar }
  })
