import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_POLICY, type Policy } from '#shared/domain/policy.ts'
import { blockLengths, forecastBzip2 } from '#shared/gate/containers/codecs/bzip2-forecast.ts'
import { BufferAccess } from '#shared/gate/io/random-access.ts'
import { makeFastFolder } from '../../support/adversary/fast-folder.ts'
import { BZIP2_DECK, bzip2Bomb, bzip2TextBomb, SMALL_DECK } from '../../support/adversary/formats/packed.ts'
import { testDecoders } from '../../support/adversary/tools.ts'
import { ForeignMaker } from '../../support/archives/foreign.ts'
import { judge, verdictOf } from './judge.ts'

const MIB = 1024 * 1024
const decoders = await testDecoders()
const BZIP2_HEAD = Buffer.from('BZh91AY&SY')
const MAGIC = 0x314159265359n.toString(2).padStart(48, '0')

test('blocks are counted at whatever bit they begin', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 8, max: 99 }), { minLength: 1, maxLength: 9 }), (gaps) => {
      const bits = gaps.map((gap) => '01'.repeat(gap).slice(0, gap) + MAGIC).join('')
      const bytes = `${bits}0000000000000000`.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []
      expect(blockLengths(Buffer.from(bytes))).toHaveLength(gaps.length)
    }),
    { seed: 5 },
  )
})

const repeat = (stream: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => stream))
const START = { given: 0, decoded: 0 }

test('what comes is foretold by what blocks of that length held so far', async () => {
  const half = 10_000 * BZIP2_DECK.length
  const held = 10_000 * SMALL_DECK.length
  const access = new BufferAccess(repeat(BZIP2_DECK, 20_000))
  const alike = await forecastBzip2(access, { given: half, decoded: held }, START)
  // Heads and ends of streams are no blocks.
  expect(alike / held).toBeGreaterThan(0.8)
  expect(alike / held).toBeLessThanOrEqual(1)
})

test('blocks of another length are no more of the same', async () => {
  const mesh = repeat(Buffer.concat([BZIP2_HEAD, randomBytes(7600)]), 400)
  const log = Buffer.concat([mesh, repeat(BZIP2_DECK, 6000)])
  const done = { given: mesh.length, decoded: 400 * 900_000 }
  expect(await forecastBzip2(new BufferAccess(log), done, START)).toBe(0)
})

test('streams in front that hold nothing make those behind look no smaller', async () => {
  const tiny = repeat(BZIP2_DECK, 60_000)
  const block = repeat(Buffer.concat([BZIP2_HEAD, randomBytes(950)]), 6000)
  const now = { given: tiny.length + 400_000, decoded: 300 * MIB }
  const since = { given: tiny.length, decoded: 0 }
  const rest = await forecastBzip2(new BufferAccess(Buffer.concat([tiny, block])), now, since)
  expect(rest).toBeGreaterThan(3000 * MIB)
})

/** The default rules, a tenth as much of everything free. */
const budgets = { ...DEFAULT_POLICY.budgets, slowRatioFreeBytes: 230 * MIB }
const policy: Policy = { ...DEFAULT_POLICY, budgets }
const verdict = async (path: string, bytes: Buffer) => verdictOf(await judge(path, bytes, { policy, decoders }), policy)

test('a bomb is known long before it is 250 times its size', { timeout: 60_000 }, async () => {
  const { reasons, coverage } = await verdict('a.k.bz2', bzip2TextBomb())
  expect(reasons).toMatchObject([
    { code: 'archive_bomb', detail: expect.stringMatching(/^would expand to about \d\d\.\d GiB/) },
  ])
  expect(coverage.bytes_decoded).toBeLessThan(64 * MIB)
  expect(coverage.limits_hit).toEqual(['maxRatio'])
})

test('a bomb inside another codec is judged by what was read of it', { timeout: 60_000 }, async () => {
  const { reasons, coverage } = await verdict(
    'a.k.bz2.gz',
    gzipSync(bzip2TextBomb().subarray(0, 2 * MIB), { level: 0 }),
  )
  expect(reasons).toMatchObject([
    { code: 'archive_bomb', detail: expect.stringMatching(/came out of .* inside another/) },
  ])
  expect(coverage.bytes_decoded).toBeLessThan(160 * MIB)
})

test('a beginning that packs well makes no bomb of what follows', { timeout: 60_000 }, async () => {
  const zeros = bzip2Bomb(45 * MIB)
  const folder = await makeFastFolder()
  const dense = new ForeignMaker(decoders, folder.path).packed('bz2', randomBytes(3 * MIB))
  await folder.remove()
  const both = Buffer.concat([zeros, dense])
  expect((await verdict('a.k.bz2', both)).outcome).toBe('complete')
  expect((await verdict('a.k.bz2.gz', gzipSync(both, { level: 0 }))).outcome).toBe('complete')
})
