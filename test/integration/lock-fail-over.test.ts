import { afterAll, beforeAll, expect, test } from 'vitest'
import { redisAt } from '#shared/config/redis.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { openLockProcess } from '../support/lock-process.ts'
import { SENTINEL_ENV, type SentinelSite, startSentinelSite } from '../support/redis-sentinel.ts'
import { until } from '../support/until.ts'

let redis: SentinelSite
beforeAll(async () => {
  redis = await startSentinelSite()
})
afterAll(() => redis?.stop())

test('the new master never heard of a lock: nobody gets it while its holder, who is cut off, may still write', async () => {
  const keys = createKeys('fail-over')
  const target = {
    ...redisAt(redis.url),
    sentinel: { username: undefined, password: SENTINEL_ENV.REDIS_SENTINEL_PASSWORD },
  }
  const [one, two] = await Promise.all([openLockProcess(target, keys), openLockProcess(target, keys)])
  const first = one.locks.newLock('first')
  await first.lock(new AbortController().signal, () => undefined)
  const master = await redis.master()
  const replica = redis.servers.find((server) => server !== master)
  await until(
    'the replica to have the age of the locks',
    async () => (await replica?.client.exists(keys.lockAge)) === 1,
  )

  // The replica sleeps, cut off, while the lock is taken, and wakes when the master is gone.
  process.kill(replica?.pid() ?? 0, 'SIGSTOP')
  await master.client.call('CLIENT', 'KILL', 'TYPE', 'replica')
  const holder = one.locks.newLock('forgotten')
  await holder.lock(new AbortController().signal, () => undefined)
  one.redis.disconnect()
  await master.kill()
  process.kill(replica?.pid() ?? 0, 'SIGCONT')
  await redis.promoted(master)
  const promoted = await redis.master()
  expect(await promoted.client.exists(keys.lock('forgotten'))).toBe(0)
  const next = two.locks.newLock('forgotten')
  await until('the lock', () => next.lock(new AbortController().signal, () => undefined).then(() => true))
  expect(() => holder.assertHeld()).toThrow(/lost/)
  await next.unlock()
  one.close()
  two.close()
})
