import type { OwnRedisSource } from '../../infra/redis/find-redis.ts'

/** What the global set-up hands to every test file. */
declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string
    redisSource: OwnRedisSource
  }
}
