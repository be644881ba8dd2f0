import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectRedis } from '#shared/redis/connect.ts'
import { sharedRedisUrl } from '../support/redis.ts'
import { uploadRecord } from '../support/upload-record.ts'
import { openUploads, type UploadsHere } from '../support/uploads-here.ts'

/** More than two slices, of which the last is whole. */
const MANY = 3_000
let here: UploadsHere
beforeEach(async () => {
  here = await openUploads()
})
afterEach(() => here.close())

/** Uploads of kim, of which each is charged 2 bytes, and partials, each with 5 reserved; the quota says so. */
async function fill(uploads: number, partials: number): Promise<void> {
  const { redis, keys } = here
  const pipeline = redis.pipeline()
  for (let i = 0; i < uploads; i++) {
    const { id } = uploadRecord()
    pipeline.hset(keys.upload(id), 'used', 2, 'reserved', 0).zadd(keys.ownerUploads('kim'), 0, id)
  }
  for (let i = 0; i < partials; i++) {
    const { id } = uploadRecord()
    pipeline.hset(keys.upload(id), 'used', 0, 'reserved', 5).zadd(keys.ownerPartials('kim'), 0, id)
  }
  pipeline.hset(keys.quota('kim'), 'used', uploads * 2, 'reserved', partials * 5)
  await pipeline.exec()
}
const quota = async () => (await here.redis.hmget(here.keys.quota('kim'), 'used', 'reserved')).map(Number)

test('a quota that is right is looked at in slices, and not written', async () => {
  await fill(MANY, 3)
  const watcher = connectRedis(sharedRedisUrl(), 'subscriber', here.log)
  await watcher.watch(here.keys.quota('kim'))
  const right = [MANY * 2, 15]
  expect(await here.upkeep.recount('kim', true)).toEqual({ before: right, now: right })
  expect(await watcher.multi().ping().exec()).not.toBeNull()
  watcher.disconnect()
})

test.each([
  ['used', 7],
  ['reserved', -1],
])('a quota that leaked (%s by %i) is found, and put right if it is to be', async (field, bytes) => {
  await fill(MANY + 1, 3)
  await here.redis.hincrby(here.keys.quota('kim'), field, bytes)
  const leaked = await quota()
  const right = [(MANY + 1) * 2, 15]
  expect(await here.upkeep.recount('kim', false)).toEqual({ before: leaked, now: right })
  expect(await quota()).toEqual(leaked)
  expect(await here.upkeep.recount('kim', true)).toEqual({ before: leaked, now: right })
  expect(await quota()).toEqual(right)
})

test('of an owner without anything no quota is left', async () => {
  await fill(0, 0)
  expect(await here.upkeep.recount('kim', true)).toEqual({ before: [0, 0], now: [0, 0] })
  expect(await here.redis.exists(here.keys.quota('kim'))).toBe(0)
})
