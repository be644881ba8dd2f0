import { readFileSync } from 'node:fs'
import type { RedisClient } from './redis-client.ts'

/**
 * One .lua file, one typed function. The file's head documents KEYS, ARGV and the reply. EVALSHA; ioredis reloads it after NOSCRIPT.
 * `keyCount` is 'any' where it differs from call to call. `prelude`: a file of local functions that are put in front.
 */
export function luaScript<Reply>(
  name: string,
  file: URL,
  keyCount: number | 'any',
  parse: (raw: unknown) => Reply,
  prelude?: URL,
) {
  const lua = [prelude, file].flatMap((part) => (part === undefined ? [] : [readFileSync(part, 'utf8')])).join('\n')
  return (redis: RedisClient) => {
    redis.defineCommand(name, keyCount === 'any' ? { lua } : { numberOfKeys: keyCount, lua })
    const call: (...args: (string | number)[]) => Promise<unknown> = Reflect.get(redis, name).bind(redis)
    return async (keys: readonly string[], ...args: (string | number)[]): Promise<Reply> =>
      parse(await call(...(keyCount === 'any' ? [keys.length] : []), ...keys, ...args))
  }
}
