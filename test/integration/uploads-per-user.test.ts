import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeys } from '#shared/redis/keys.ts'
import { createLockRenewals } from '#shared/redis/lock-renewals.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { LEASE_MS, type UploadLocks } from '#shared/redis/upload-lock.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { startFarRedis } from '../support/far-redis.ts'
import { openLockProcess, openTwoLockProcesses } from '../support/lock-process.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { until } from '../support/until.ts'

const keys = createKeys(redisPrefix('bodies'))
const MOST = 3
let redis: RedisClient
let first: UploadLocks
let second: UploadLocks
let close: () => void
beforeAll(async () => {
  ;({ redis, first, second, close } = await openTwoLockProcesses(keys, { bodiesPerUser: MOST }))
})
afterAll(() => close())

const never = new AbortController().signal
const ignore = () => undefined

/** A body that is received for as long as `during` takes. */
async function body(
  locks: UploadLocks,
  id: string,
  owner: string,
  during: () => Promise<unknown> = async () => undefined,
) {
  const lock = locks.newLock(id, owner)
  await lock.lock(never, ignore)
  try {
    await during()
  } finally {
    await lock.unlock()
  }
}

test('over two processes never more bodies of one owner than allowed; the others wait and come through', async () => {
  let inside = 0
  let most = 0
  let ended = 0
  const turn = (i: number) =>
    body(i % 2 === 0 ? first : second, `a${i}`, 'ann', async () => {
      most = Math.max(most, ++inside)
      // The first ones stay until every place is taken, and long enough for one more to come in.
      await until('every place taken', async () => most >= MOST)
      for (let turns = 0; turns < 20; turns++) await redis.ping()
      inside--
      ended++
    })
  // As many as may wait in two processes, and those that are inside.
  await Promise.all(Array.from({ length: 2 * MOST }, (_, i) => turn(i)))
  expect({ most, ended }).toEqual({ most: MOST, ended: 2 * MOST })
})

test('a crowd is refused at once; other owners, and requests without a body, are not touched', async () => {
  const held = ['b0', 'b1', 'b2'].map((id) => first.newLock(id, 'bob'))
  for (const lock of held) await lock.lock(never, ignore)
  const waiting = ['b3', 'b4', 'b5'].map((id) => body(first, id, 'bob'))
  const refused = await Promise.allSettled(['b6', 'b7'].map((id) => body(first, id, 'bob')))
  for (const { status, ...rest } of refused) {
    expect(status).toBe('rejected')
    expect(rest).toMatchObject({ reason: { kind: 'crowded', code: 'too_many_uploads', retryAfterSeconds: 5 } })
  }
  await body(second, 'c0', 'eve')
  const head = second.newLock('b9')
  await head.lock(never, ignore)
  await head.unlock()
  for (const lock of held) await lock.unlock()
  await Promise.all(waiting)
})

test('who waits stands in the crowd also while it asks again: nobody slips in, however long Redis takes to answer', async () => {
  const far = await startFarRedis(sharedRedisUrl(), 150)
  const slow = await openLockProcess(far.url, keys, { bodiesPerUser: 1 })
  const holder = first.newLock('g0', 'max')
  await holder.lock(never, ignore)
  const waiting = body(slow.locks, 'g1', 'max')
  const others: Promise<unknown>[] = []
  for (let i = 2; i < 40; i++) {
    await pause(15)
    others.push(expect(body(slow.locks, `g${i}`, 'max')).rejects.toMatchObject({ code: 'too_many_uploads' }))
  }
  await Promise.all(others)
  await holder.unlock()
  await waiting
  slow.close()
  far.close()
})

test('who comes back to an upload whose body still hangs gets it, though no place is free', async () => {
  const places = ['d0', 'd1'].map((id) => first.newLock(id, 'dan'))
  for (const lock of places) await lock.lock(never, ignore)
  const hanging = first.newLock('d2', 'dan')
  await hanging.lock(never, () => hanging.unlock())
  await body(second, 'd2', 'dan')
  for (const lock of places) await lock.unlock()
})

test('the places of a process that was killed are free once their lease is over', async () => {
  const killed = ['e0', 'e1', 'e2'].map((id) => first.newLock(id, 'kim'))
  for (const lock of killed) await lock.lock(never, ignore)
  const tokens = await redis.zrange(keys.bodies('kim'), '0', '-1')
  expect(tokens.length).toBe(MOST)
  for (const token of tokens) await redis.zincrby(keys.bodies('kim'), -LEASE_MS - 1, token)
  await body(second, 'e9', 'kim')
  expect(await redis.zcard(keys.bodies('kim'))).toBe(0)
  for (const lock of killed) await lock.unlock()
  expect(await redis.exists(keys.bodies('kim'))).toBe(0)
})

test('a renewal of the lock keeps the place', async () => {
  const renewals = createLockRenewals({ redis, log: createLogger('test', 'silent'), leaseMs: LEASE_MS, renewMs: 50 })
  const places = keys.bodies('leo')
  const at = Date.now()
  await redis.set(keys.lock('f0'), 'token')
  await redis.zadd(places, String(at), 'token')
  const lease = { key: keys.lock('f0'), bodies: places, token: 'token', deadline: 0, onLate: ignore }
  renewals.add(lease)
  await until('a renewal', async () => Number(await redis.zscore(places, 'token')) > at + LEASE_MS / 2)
  renewals.remove(lease)
})
