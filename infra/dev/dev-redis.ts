import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cacheFolder } from '../cache-folder.ts'
import { findRedis } from '../redis/find-redis.ts'
import { reachRedis } from '../redis/reach-redis.ts'
import type { RedisServer } from '../redis/redis-server.ts'
import { startOwnRedis } from '../redis/start-redis.ts'
import { backoffMs } from './backoff.ts'
import type { PidRecord } from './pid-record.ts'
import type { DevSettings } from './settings.ts'

type DevRedisDeps = {
  readonly settings: DevSettings
  readonly env: NodeJS.ProcessEnv
  readonly pids: PidRecord
  readonly say: (text: string) => void
}
export type DevRedis = { readonly url: string; stop(): Promise<void> }

/** The user's Redis if there is one, else one of our own with its data under `var/redis`, kept running. */
export async function startDevRedis(deps: DevRedisDeps): Promise<DevRedis> {
  const { settings, env, say } = deps
  const source = await findRedis({ env, cache: cacheFolder(settings.repository, env) })
  say(`Redis: ${source.label}`)
  if (source.kind === 'url') {
    await reachRedis(env)
    return { url: source.url, stop: async () => undefined }
  }
  const log = createWriteStream(join(settings.folders.logs, 'redis.log'), { mode: 0o600 })
  const redis = await startOwnRedis(source, {
    folder: settings.folders.redis,
    // A new one each time: other users of this machine reach the loopback too.
    password: randomBytes(24).toString('hex'),
    onOutput: (chunk) => log.write(chunk),
  })
  return { url: redis.url, stop: await keepRunning(redis, deps, () => log.end()) }
}

async function keepRunning(redis: RedisServer, { pids, say }: DevRedisDeps, closeLog: () => void) {
  let stopping = false
  const watch = async () => {
    for (let failures = 1; ; failures++) {
      await pids.add('redis', redis.pid())
      await redis.ended()
      if (stopping) return
      say(`redis ended unexpectedly; it is started again in ${backoffMs(failures) / 1_000} s`)
      await pause(backoffMs(failures))
      if (!stopping) await redis.restart()
    }
  }
  const watching = watch()
  return async () => {
    stopping = true
    await redis.stop()
    await watching
    closeLog()
  }
}
