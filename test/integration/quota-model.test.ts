import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '#shared/domain/errors.ts'
import { isGone, isSettled } from '#shared/domain/upload-state.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import type { IndexedUpload } from '#shared/redis/upload-index.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { Crash } from '../support/crashing.ts'
import { figuresOf, openWorld, QUOTA, type World } from '../support/quota-world.ts'
import { sharedRedisUrl } from '../support/redis.ts'
import { makeUploadRoot } from '../support/temp.ts'

const log = createLogger('test', 'silent')
let redis: RedisClient
let subscriber: RedisClient
beforeAll(() => {
  redis = connectRedis(sharedRedisUrl(), 'command', log)
  subscriber = connectRedis(sharedRedisUrl(), 'subscriber', log)
  // Each world listens on it.
  subscriber.setMaxListeners(0)
})
afterAll(() => {
  redis.disconnect()
  subscriber.disconnect()
})

/** One thing that happens, to the `which`-th upload where it is about one; it may die on its way, and may be done twice. */
const OPERATIONS = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('create' as const) },
    { weight: 6, arbitrary: fc.constant('append' as const) },
    { weight: 5, arbitrary: fc.constant('judge' as const) },
    { weight: 2, arbitrary: fc.constant('delete' as const) },
    fc.constantFrom('declare' as const, 'expire' as const, 'hold' as const, 'sweep' as const),
  ),
  owner: fc.constantFrom('ann', 'bob'),
  which: fc.nat(6),
  bytes: fc.oneof(fc.constant(0), fc.nat(4_000)),
  deferred: fc.boolean(),
  path: fc.constantFrom('a.k', 'b.k'),
  onConflict: fc.constantFrom('rename' as const, 'replace' as const),
  outcome: fc.constantFrom('complete' as const, 'quarantined' as const),
  again: fc.boolean(),
  crash: fc.option(
    fc.record({ at: fc.integer({ min: 1, max: 7 }), how: fc.constantFrom('before' as const, 'after' as const) }),
    {
      freq: 2,
    },
  ),
})
type Operation = typeof OPERATIONS extends fc.Arbitrary<infer Value> ? Value : never

const STATES: Partial<Record<Operation['what'], (upload: IndexedUpload) => boolean>> = {
  append: ({ record }) => record.state === 'receiving',
  declare: ({ record }) => record.state === 'receiving' && record.length === null,
  judge: ({ record }) => record.state === 'received' || record.state === 'scanning',
  hold: ({ record }) => record.state === 'received' || record.state === 'scanning',
}

async function perform(world: World, operation: Operation): Promise<void> {
  const { what, owner, bytes, deferred, path, onConflict, outcome } = operation
  if (what === 'create') await world.create(owner, deferred ? null : bytes, path, onConflict)
  else if (what === 'sweep') await world.sweep(120_000)
  else {
    const fits = (await world.all()).filter(STATES[what] ?? (() => true))
    const upload = fits[operation.which % Math.max(1, fits.length)]
    if (upload === undefined) return
    if (what === 'append') await world.append(upload, bytes)
    else if (what === 'declare') await world.declare(upload, bytes)
    else if (what === 'judge') await world.judge(upload, outcome)
    else if (what === 'hold') await world.hold(upload)
    else await world.remove(upload, what)
  }
}

/** Refusals are answers; a crash is what the test is about; anything else is a fault. */
const isExpected = (error: unknown) => error instanceof AppError || error instanceof Crash

async function attempt(world: World, operation: Operation): Promise<void> {
  if (operation.crash !== null) world.crashes.arm(operation.crash.at, operation.crash.how)
  let died = false
  await perform(world, operation).catch((error) => {
    if (!isExpected(error)) throw error
    died = error instanceof Crash
  })
  world.crashes.disarm()
  // A scan that died is taken up by the next worker before anything else wants the same name.
  if (died && operation.what === 'judge') await world.sweep(0).then(() => scanAll(world))
}

async function scanAll(world: World): Promise<void> {
  for (const upload of await world.all()) {
    if (STATES.judge?.(upload) === true) await world.judge(upload, 'complete')
  }
}

/** Redis's figures are those of the records, none is below zero, and no quota is overrun. */
async function check(world: World): Promise<void> {
  const uploads = await world.all()
  const held = new Map<string, number>()
  for (const { record } of uploads)
    held.set(record.id, Number(await redis.hget(world.keys.upload(record.id), 'reserved')))
  const { quotas, pending } = figuresOf(uploads, (id) => held.get(id) ?? 0)
  for (const owner of ['ann', 'bob']) {
    const { used, reserved } = await world.index.quota(owner, QUOTA)
    expect({ owner, used, reserved }).toEqual({ owner, ...(quotas.get(owner) ?? { used: 0, reserved: 0 }) })
    expect(used + reserved).toBeLessThanOrEqual(QUOTA)
  }
  expect(Number((await redis.hget(world.keys.site, 'pending')) ?? 0)).toBe(pending)
}

/** Once everything has come to rest, the charge is what lies on the disk; and with the last upload it is gone. */
async function end(world: World): Promise<void> {
  await world.sweep(120_000)
  await scanAll(world)
  await world.sweep(world.expiryMs + 120_000)
  await check(world)
  const uploads = await world.all()
  expect(uploads.filter(({ record }) => !isSettled(record.state))).toEqual([])
  for (const owner of ['ann', 'bob']) {
    const onDisk = await world.bytesOnDisk(owner)
    expect(await world.index.quota(owner, null)).toEqual({ owner, used: onDisk, reserved: 0, limit: null })
  }
  for (const upload of uploads) if (!isGone(upload.record.state)) await world.remove(upload, 'delete')
  for (const owner of ['ann', 'bob']) {
    expect(await world.index.quota(owner, null)).toMatchObject({ used: 0, reserved: 0 })
    expect(await world.bytesOnDisk(owner)).toBe(0)
  }
  expect(Number((await redis.hget(world.keys.site, 'pending')) ?? 0)).toBe(0)
}

const runs = Number(process.env.PROPERTY_RUNS ?? 20)
const seed = Number(process.env.PROPERTY_SEED ?? 4)

test(
  `whatever happens and dies in between, quotas are what the records say (seed ${seed})`,
  async () => {
    const property = fc.asyncProperty(
      fc.array(OPERATIONS, { minLength: 1, maxLength: 25, size: 'max' }),
      async (operations) => {
        const { root, remove } = await makeUploadRoot()
        const world = await openWorld(redis, subscriber, root)
        try {
          for (const operation of operations) {
            await attempt(world, operation)
            await check(world)
            if (!operation.again) continue
            await attempt(world, { ...operation, crash: null })
            await check(world)
          }
          await end(world)
        } finally {
          await world.close()
          await remove()
        }
      },
    )
    await fc.assert(property, { seed, numRuns: runs, endOnFailure: process.env.PROPERTY_RUNS === undefined })
  },
  Math.max(180_000, runs * 3_000),
)
