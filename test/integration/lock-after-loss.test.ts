import { afterAll, expect, test } from 'vitest'
import { createKeys } from '#shared/redis/keys.ts'
import { openLockProcess } from '../support/lock-process.ts'
import { type PrivateRedis, startRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const keys = createKeys('loss')
const never = new AbortController().signal
const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends.toReversed()) await end()
})

async function newServer(): Promise<PrivateRedis> {
  const server = await startRedis()
  ends.push(server.stop)
  return server
}

async function newProcess(server: PrivateRedis) {
  const made = await openLockProcess(server.url, keys)
  ends.push(made.close)
  return made
}

/** One that has taken a lock before: it knows the age of the locks. */
async function newExperiencedProcess(server: PrivateRedis) {
  const made = await newProcess(server)
  const lock = made.locks.newLock('earlier')
  await lock.lock(never, () => undefined)
  await lock.unlock()
  return made
}

const held = (lock: { assertHeld(): void }) => {
  try {
    lock.assertHeld()
    return true
  } catch {
    return false
  }
}

test.concurrent('the first lock of a new site waits for nobody', async () => {
  const server = await newServer()
  const { redis } = await newExperiencedProcess(server)
  expect(await redis.get(keys.lockAge)).toMatch(/^[0-9a-f]{40} \d+ 1$/)
})

test.concurrent('Redis forgets all: the holder takes its lock again, and who waits gets it when the holder lets go', async () => {
  const server = await newServer()
  const [one, two] = await Promise.all([newExperiencedProcess(server), newExperiencedProcess(server)])
  const holder = one.locks.newLock('kept')
  let wanted = false
  await holder.lock(never, () => {
    wanted = true
  })
  await one.redis.flushall()
  const waiter = two.locks.newLock('kept')
  const taken = waiter.lock(never, () => undefined)
  await until('the lock to be taken again', () => one.redis.get(keys.lock('kept')))
  expect([held(holder), held(waiter)]).toEqual([true, false])
  await until('the holder to be asked', () => wanted)
  expect([held(holder), held(waiter)]).toEqual([true, false])
  await holder.unlock()
  await taken
  await waiter.unlock()
})

test.concurrent.each(['a flush', 'a restart'])(
  'a holder that is cut off, and its lock forgotten by %s: nobody gets it while it may still write',
  async (how) => {
    const server = await newServer()
    const id = how.replace(' ', '-')
    const [cutOff, other] = await Promise.all([
      newExperiencedProcess(server),
      how === 'a flush' ? newExperiencedProcess(server) : newProcess(server),
    ])
    const holder = cutOff.locks.newLock(id)
    await holder.lock(never, () => undefined)
    cutOff.redis.disconnect()
    if (how === 'a flush') await other.redis.flushall()
    else {
      await other.redis.del(keys.lock(id))
      await server.restart()
    }
    const fresh = other.locks.newLock('made just now', undefined, true)
    await until('a lock that nobody can have', () => fresh.lock(never, () => undefined).then(() => true))
    const next = other.locks.newLock(id)
    await next.lock(never, () => undefined)
    expect(held(holder)).toBe(false)
    await Promise.all([next.unlock(), fresh.unlock()])
  },
)
