import type { RedisConfig } from '#shared/config/redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import type { Keys } from '#shared/redis/keys.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { sharedRedisUrl } from './redis.ts'

/** The locks of one process, as far as Redis can tell, with the connections they are taken by. */
export async function openLockProcess(target: RedisConfig | string, keys: Keys, more: { bodiesPerUser?: number } = {}) {
  const log = createLogger('test', 'silent')
  const [redis, subscriber] = [connectRedis(target, 'command', log), connectRedis(target, 'subscriber', log)]
  const locks = createUploadLocks({ redis, subscriber, keys, log, ...more })
  await locks.listen()
  return {
    redis,
    locks,
    close() {
      redis.disconnect()
      subscriber.disconnect()
    },
  }
}

/** Two of them, on the Redis of the test run; `redis` is the connection of the first. */
export async function openTwoLockProcesses(keys: Keys, more: { bodiesPerUser?: number } = {}) {
  const [one, two] = await Promise.all([
    openLockProcess(sharedRedisUrl(), keys, more),
    openLockProcess(sharedRedisUrl(), keys, more),
  ])
  return {
    ...{ redis: one.redis, first: one.locks, second: two.locks },
    close() {
      one.close()
      two.close()
    },
  }
}
