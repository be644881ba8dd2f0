import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { inject } from 'vitest'
import { startOwnRedis } from '../../infra/redis/start-redis.ts'
import { freePort } from './ports.ts'
import { makeTempFolder } from './temp.ts'
import './provided.ts'

export type PrivateRedis = {
  readonly url: string
  readonly pid: number
  readonly port: number
  /** Ends it for good, in order, and removes its data. */
  stop(): Promise<void>
  /** SIGKILL: what an append-only file keeps is kept for {@link restart}. */
  kill(): Promise<void>
  /** The same port, password and data; also after {@link kill}. */
  restart(): Promise<void>
}

/** The Redis of the whole test run. Take a {@link redisPrefix} of your own; never flush it. */
export const sharedRedisUrl = (): string => inject('redisUrl')

/** REDIS_PREFIX for one test: nobody else's keys. */
export const redisPrefix = (name = 'test'): string => `${name}-${randomBytes(6).toString('hex')}`

/** A Redis for one test, to be killed, restarted and flushed; AOF on. */
export async function startRedis(): Promise<PrivateRedis> {
  const folder = await makeTempFolder('redis')
  const password = randomBytes(16).toString('hex')
  const wanted = { folder: join(folder.path, 'data'), password, port: await freePort() }
  const redis = await startOwnRedis(inject('redisSource'), wanted)
  return {
    url: redis.url,
    port: redis.port,
    get pid() {
      return redis.pid()
    },
    stop: async () => {
      await redis.stop()
      await folder.remove()
    },
    kill: redis.kill,
    restart: redis.restart,
  }
}
