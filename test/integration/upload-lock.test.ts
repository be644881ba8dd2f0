import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { LEASE_MS, type UploadLocks } from '#shared/redis/upload-lock.ts'
import { openTwoLockProcesses } from '../support/lock-process.ts'
import { redisPrefix } from '../support/redis.ts'
import { until } from '../support/until.ts'

const keys = createKeys(redisPrefix('lock'))
let redis: RedisClient
let first: UploadLocks
let second: UploadLocks
let close: () => void
beforeAll(async () => {
  ;({ redis, first, second, close } = await openTwoLockProcesses(keys))
})
afterAll(() => close())

const never = new AbortController().signal

test('a holder on another process is asked to let go, and the waiter gets the lock as soon as it does', async () => {
  const holder = first.newLock('a')
  let asked = 0
  await holder.lock(never, async () => {
    if (++asked === 1) await holder.unlock()
  })
  const waiter = second.newLock('a')
  await waiter.lock(never, () => undefined)
  expect(asked).toBeGreaterThan(0)
  expect(() => waiter.assertHeld()).not.toThrow()
  expect(() => holder.assertHeld()).toThrow(/lost/)
  await waiter.unlock()
})

test('in one process: first come, first served', async () => {
  const order: number[] = []
  const turn = async (n: number) => {
    const lock = first.newLock('b')
    await lock.lock(never, () => undefined)
    order.push(n)
    await lock.unlock()
  }
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(turn))
  expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('never two at a time, over two processes and many waiters', async () => {
  let inside = 0
  let most = 0
  const turn = async (locks: UploadLocks) => {
    const lock = locks.newLock('c')
    await lock.lock(never, () => undefined)
    most = Math.max(most, ++inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside--
    await lock.unlock()
  }
  await Promise.all(Array.from({ length: 40 }, (_, i) => turn(i % 2 === 0 ? first : second)))
  expect(most).toBe(1)
})

test('whoever gives up waiting gets 423, and does not stand in the way of the next', async () => {
  const holder = first.newLock('d')
  await holder.lock(never, () => undefined)
  await expect(second.newLock('d').lock(AbortSignal.timeout(100), () => undefined)).rejects.toMatchObject({
    kind: 'locked',
  })
  await expect(first.newLock('d').lock(AbortSignal.timeout(100), () => undefined)).rejects.toMatchObject({
    kind: 'locked',
  })
  const next = first.newLock('d')
  const taken = next.lock(never, () => undefined)
  await holder.unlock()
  await taken
  await next.unlock()
})

test('a lock that was taken away is noticed at the next renewal, before its lease would have ended', async () => {
  const lock = first.newLock('e')
  const asked = new Promise<void>((resolve) => {
    void lock.lock(never, () => resolve()).then(() => redis.set(keys.lock('e'), 'somebody else'))
  })
  const started = performance.now()
  await asked
  expect(performance.now() - started).toBeLessThan(LEASE_MS)
  expect(() => lock.assertHeld()).toThrow(/lost/)
  await lock.unlock()
  expect(await redis.get(keys.lock('e'))).toBe('somebody else')
})

test('many locks of one process are all renewed, and in few commands', async () => {
  const locks = Array.from({ length: 600 }, (_, number) => first.newLock(`many-${number}`))
  await Promise.all(locks.map((lock) => lock.lock(never, () => undefined)))
  const names = locks.map((_, number) => keys.lock(`many-${number}`))
  // Shorter than any that was renewed, and longer than the wait for the next renewal.
  await Promise.all(names.map((name) => redis.pexpire(name, 6_000)))
  await until('every lock to be renewed', async () => {
    const left = await Promise.all(names.map((name) => redis.pttl(name)))
    return left.every((ms) => ms > 6_000)
  })
  for (const lock of locks) lock.assertHeld()
  await Promise.all(locks.map((lock) => lock.unlock()))
  expect(await redis.exists(...names)).toBe(0)
})
