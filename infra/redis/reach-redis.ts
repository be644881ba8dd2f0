import { EnvReader } from '#shared/config/env.ts'
import { readRedis } from '#shared/config/redis.ts'
import { AppError } from '#shared/domain/errors.ts'
import { checkRedis } from '#shared/redis/check-redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { withDeadline } from '#shared/runtime/deadline.ts'
import { createLogger } from '#shared/runtime/logger.ts'

/** A Redis that is there answers sooner, also by way of its Sentinels, ms. */
const LIMIT_MS = 5_000

/** Whether the user's Redis, in whatever form `REDIS_URL` names it, can be used; throws one sentence if not. */
export async function reachRedis(env: NodeJS.ProcessEnv): Promise<void> {
  const read = new EnvReader(env)
  const config = readRedis(read)
  read.finish()
  const log = createLogger('redis', 'silent')
  const redis = connectRedis(config, 'command', log)
  const refused = new Promise<never>((_, reject) => {
    // One server that is not there now is not waited for; Sentinels and Clusters may be in the middle of a fail-over.
    redis.on('error', (error: Error) => config.kind === 'single' && reject(cannotReach(error)))
  })
  try {
    await withDeadline('connecting', LIMIT_MS, () => Promise.race([checkRedis(redis, log), refused]))
  } catch (error) {
    throw error instanceof AppError ? error : cannotReach(error as Error)
  } finally {
    redis.disconnect()
  }
}

const cannotReach = (cause: Error) =>
  new AppError('unavailable', 'redis_away', `Cannot reach Redis: ${cause.message}`, { cause })
