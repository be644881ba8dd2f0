import type { Keys } from './keys.ts'
import type { RedisClient } from './redis-client.ts'

/** Resolves if Redis takes writes: one that is full, read-only or without its replicas answers a PING all the same. */
export async function probeRedis(redis: RedisClient, keys: Keys): Promise<void> {
  await redis.set(keys.probe, '1', 'EX', 60)
}
