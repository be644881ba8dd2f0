import { Redis } from 'ioredis'
import type { Logger } from '../runtime/logger.ts'

/**
 * `command`: answers within the limit or fails, for requests that must not hang while Redis is away.
 * `worker`: waits for Redis as long as it takes (BullMQ workers and blocking readers).
 * `subscriber`: for subscriptions, which are renewed after each reconnect.
 */
export type RedisRole = 'command' | 'worker' | 'subscriber'

/** How long a command may wait for an answer of Redis, ms. */
export const COMMAND_TIMEOUT_MS = 2_000

/** One connection, connecting on first use; errors are logged once per outage, not once per attempt. */
export function connectRedis(url: string, role: RedisRole, log: Logger): Redis {
  const redis = new Redis(url, {
    lazyConnect: false,
    enableReadyCheck: true,
    connectTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
    // On a fail-over the old master answers READONLY until the connection moves on.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...(role === 'command'
      ? { commandTimeout: COMMAND_TIMEOUT_MS, maxRetriesPerRequest: 1, enableOfflineQueue: true }
      : { maxRetriesPerRequest: null }),
  })
  let down = false
  redis.on('error', (err) => {
    if (!down) log.warn({ err, role }, 'redis away')
    down = true
  })
  redis.on('ready', () => {
    if (down) log.info({ role }, 'redis back')
    down = false
  })
  return redis
}
