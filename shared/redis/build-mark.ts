import { randomUUID } from 'node:crypto'
import type { Keys } from './keys.ts'
import { luaScript } from './lua-script.ts'
import type { RedisClient } from './redis-client.ts'

const builtScript = luaScript('airlock_built', new URL('./lua/built.lua', import.meta.url), 2, (raw) => raw)

/** What a killed rebuild leaves in Redis is gone after this, s. A longer silence of Redis, or of the process, makes it begin anew. */
const MARK_SECONDS = 120
const RENEW_MS = 30_000

/** A rebuild under way. */
export type Build = {
  /** Says that the index is whole; false if Redis lost its data meanwhile. */
  end(): Promise<boolean>
  /** To be called however the rebuild ends; ended already is fine. */
  drop(): Promise<void>
}

/** Whether the index is whole, and who is about to make it so. */
export function createBuildMark({ redis, keys }: { redis: RedisClient; keys: Keys }) {
  const runBuilt = builtScript(redis)

  return {
    /** Whether the index is whole; false after Redis has lost its data. */
    isBuilt: async (): Promise<boolean> => (await redis.exists(keys.built)) === 1,

    /** Notes that a rebuild begins. */
    async beginBuild(): Promise<Build> {
      const mark = keys.rebuilding(randomUUID())
      await redis.set(mark, '1', 'EX', MARK_SECONDS)
      // Renewed, never set again: that it is gone tells that Redis lost its data. One that fails is made up for by the next.
      const timer = setInterval(() => void redis.expire(mark, MARK_SECONDS).catch(() => undefined), RENEW_MS)
      return {
        end: async () => (await runBuilt([keys.built, mark], new Date().toISOString())) === 1,
        async drop() {
          clearInterval(timer)
          await redis.del(mark)
        },
      }
    },

    /** A site without any upload has nothing to rebuild. */
    async markNew(): Promise<void> {
      await redis.set(keys.built, new Date().toISOString(), 'NX')
    },
  }
}
