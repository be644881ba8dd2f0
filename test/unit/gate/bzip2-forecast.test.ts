import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_POLICY, type Policy } from '#shared/domain/policy.ts'
import { countBlocks, forecastBzip2 } from '#shared/gate/containers/codecs/bzip2-forecast.ts'
import { BufferAccess } from '#shared/gate/io/random-access.ts'
import { makeFastFolder } from '../../support/adversary/fast-folder.ts'
import { BZIP2_DECK, bzip2Bomb, bzip2TextBomb, SMALL_DECK } from '../../support/adversary/formats/packed.ts'
import { testDecoders } from '../../support/adversary/tools.ts'
import { ForeignMaker } from '../../support/archives/foreign.ts'
import { judge, verdictOf } from './judge.ts'

const MIB = 1024 * 1024
const decoders = await testDecoders()
const MAGIC = 0x314159265359n.toString(2).padStart(48, '0')

test('blocks are counted at whatever bit they begin', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 8, max: 99 }), { minLength: 1, maxLength: 9 }), (gaps) => {
      const bits = gaps.map((gap) => '01'.repeat(gap).slice(0, gap) + MAGIC).join('')
      const bytes = `${bits}0000000000000000`.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []
      expect(countBlocks(Buffer.from(bytes))).toBe(gaps.length)
    }),
    { seed: 5 },
  )
})

test('what comes is foretold by full blocks, or by what blocks held so far', async () => {
  const many = Buffer.concat(Array.from({ length: 20_000 }, () => BZIP2_DECK))
  const half = many.length / 2
  const small = await forecastBzip2(new BufferAccess(many), half, 10_000 * SMALL_DECK.length)
  expect(small / (10_000 * SMALL_DECK.length)).toBeCloseTo(1, 3)
  const full = await forecastBzip2(new BufferAccess(bzip2TextBomb()), 0, 0)
  expect(full).toBe(67_000 * 900_000)
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

test('a beginning that packs well makes no bomb of what follows', { timeout: 60_000 }, async () => {
  const zeros = bzip2Bomb(45 * MIB)
  const folder = await makeFastFolder()
  const dense = new ForeignMaker(decoders, folder.path).packed('bz2', randomBytes(3 * MIB))
  await folder.remove()
  expect((await verdict('a.k.bz2', Buffer.concat([zeros, dense]))).outcome).toBe('complete')
})
