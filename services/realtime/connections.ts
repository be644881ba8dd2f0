import type { Redis } from 'ioredis'
import { connectRedis } from '#shared/redis/connect.ts'
import type { Logger } from '#shared/runtime/logger.ts'

export type Connections = {
  /** Questions and the lease: an answer within the limit, or an error. */
  readonly command: Redis
  /** Blocked while the relay waits for events. */
  readonly reader: Redis
  /** Of Socket.IO's adapter. */
  readonly pub: Redis
  readonly sub: Redis
}

export function openConnections(url: string, log: Logger): Connections {
  return {
    command: connectRedis(url, 'command', log),
    reader: connectRedis(url, 'worker', log),
    pub: connectRedis(url, 'command', log),
    sub: connectRedis(url, 'subscriber', log),
  }
}

/** At the end nothing is waited for any more, so that a Redis that is away holds nobody up. */
export async function closeConnections(connections: Connections): Promise<void> {
  for (const redis of Object.values(connections)) redis.disconnect()
}
