import { expect, test } from 'vitest'
import {
  externalFilesMessage,
  externalLinkMessage,
  filterMessageV1,
  headerV2,
  softLinkMessage,
} from '../../support/archives/active.ts'
import { noise } from '../../support/archives/bytes.ts'
import { hdf5File } from '../../support/archives/cae.ts'
import { judge } from './judge.ts'

const PLUGIN = 'HDF5 loads a plugin library for it'
const GZIP = { id: 1, values: [6] }
const found = async (bytes: Buffer) =>
  (await judge('a.h5', bytes)).findings.filter(({ code }) => code === 'active_content').map(({ detail }) => detail)
const inside = (...parts: readonly Buffer[]) => Buffer.concat([hdf5File(), ...parts, noise(6000, 3)])

test.each([
  [
    'an external link',
    externalLinkMessage('mesh', '/etc/other.h5', '/grid'),
    ['external link to /etc/other.h5, object /grid'],
  ],
  ['a soft link', softLinkMessage('mesh', '/grid'), []],
  [
    'a plugin filter, old header',
    filterMessageV1([{ id: 32001, name: 'blosc', values: [1, 2, 3] }, GZIP]),
    [`filter 32001 (blosc): ${PLUGIN}`],
  ],
  [
    'filters of the library, old header',
    filterMessageV1([
      { id: 2, name: 'shuffle', values: [8] },
      { id: 1, name: 'deflate', values: [6] },
    ]),
    [],
  ],
  [
    'a plugin filter, new header',
    headerV2([GZIP, { id: 32015, name: 'zstd', values: [3] }]),
    [`filter 32015 (zstd): ${PLUGIN}`],
  ],
  ['the same with order', headerV2([{ id: 32004, values: [] }], true), [`filter 32004: ${PLUGIN}`]],
  ['filters of the library, new header', headerV2([GZIP, { id: 3 }]), []],
  ['external storage', externalFilesMessage(), ['external storage: raw data in 1 other file']],
] as const)('HDF5 with %s', async (_what, message, want) => expect(await found(inside(message))).toEqual(want))

test('a structure across the seam of two reads is found, and its byte named', async () => {
  for (const at of [2 * 1024 * 1024 - 20, 2 * 1024 * 1024 - 1, 2 * 1024 * 1024 + 1000]) {
    const head = hdf5File({ size: at })
    const bytes = Buffer.concat([head, externalLinkMessage('a', 'b.h5', '/c'), noise(3_000_000, 5)])
    const { findings } = await judge('a.h5', bytes)
    expect(findings.map(({ place, detail }) => `${place} ${detail}`)).toEqual([
      `a.h5 (byte ${head.length + 2}) external link to b.h5, object /c`,
    ])
  }
})

test('64 MB of random bytes and of doubles hold no structure', async () => {
  const doubles = Buffer.alloc(8 * 1024 * 1024)
  for (let i = 0; i < doubles.length; i += 8) doubles.writeDoubleLE(2 + Math.sin(i), i)
  expect(await found(Buffer.concat([hdf5File(), doubles, noise(56 * 1024 * 1024, 9)]))).toEqual([])
})
