import type { RedisConfig } from '#shared/config/redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import type { Logger } from '#shared/runtime/logger.ts'

export type Connections = {
  /** Questions and the lease: an answer within the limit, or an error. */
  readonly command: RedisClient
  /** Blocked while the relay waits for events. */
  readonly reader: RedisClient
  /** Of Socket.IO's adapter. */
  readonly pub: RedisClient
  readonly sub: RedisClient
}

export function openConnections(redis: RedisConfig, log: Logger): Connections {
  return {
    command: connectRedis(redis, 'command', log),
    reader: connectRedis(redis, 'worker', log),
    pub: connectRedis(redis, 'command', log),
    sub: connectRedis(redis, 'subscriber', log),
  }
}

/** At the end nothing is waited for any more, so that a Redis that is away holds nobody up. */
export async function closeConnections(connections: Connections): Promise<void> {
  for (const client of Object.values(connections)) client.disconnect()
}
