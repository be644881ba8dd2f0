import type { Keys } from './keys.ts'
import { luaScript } from './lua-script.ts'
import type { RedisClient } from './redis-client.ts'
import { STREAM_LENGTH } from './upload-index.ts'

const announceScript = luaScript('airlock_announce', new URL('./lua/announce.lua', import.meta.url), 1, String)

/** Appends the announcement that the event stream begins anew, with an id above `floor` (`ms-seq`); answers its id. */
export function createAnnounce({ redis, keys }: { redis: RedisClient; keys: Keys }) {
  const run = announceScript(redis)
  return (floor: string): Promise<string> => {
    const [ms = '0', number = '0'] = floor.split('-')
    return run([keys.events], ms, number, STREAM_LENGTH)
  }
}
