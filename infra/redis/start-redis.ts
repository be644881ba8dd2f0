import type { OwnRedisSource } from './find-redis.ts'
import { startRedisContainer } from './redis-container.ts'
import type { WantedRedis } from './redis-options.ts'
import { startRedisProcess } from './redis-process.ts'
import type { RedisServer } from './redis-server.ts'

/** Starts a Redis of our own from wherever it comes. */
export const startOwnRedis = (source: OwnRedisSource, wanted: WantedRedis): Promise<RedisServer> =>
  source.kind === 'docker' ? startRedisContainer(wanted) : startRedisProcess(source, wanted)
