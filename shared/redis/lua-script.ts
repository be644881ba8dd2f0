import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

/** One .lua file, one typed function. The file's head documents KEYS, ARGV and the reply. EVALSHA; ioredis reloads it after NOSCRIPT. */
export function luaScript<Reply>(name: string, file: URL, keyCount: number, parse: (raw: unknown) => Reply) {
  const lua = readFileSync(file, 'utf8')
  return (redis: Redis) => {
    redis.defineCommand(name, { numberOfKeys: keyCount, lua })
    const call: (...args: (string | number)[]) => Promise<unknown> = Reflect.get(redis, name).bind(redis)
    return async (keys: readonly string[], ...args: (string | number)[]): Promise<Reply> =>
      parse(await call(...keys, ...args))
  }
}
