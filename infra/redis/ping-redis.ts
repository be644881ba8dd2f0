import { Redis } from 'ioredis'
import { AppError } from '#shared/domain/errors.ts'

/** Asks once; resolves if Redis has loaded its data and takes commands, rejects with what it said otherwise. */
export async function pingRedis(url: string, limitMs = 2_000): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: limitMs,
    commandTimeout: limitMs,
  })
  let cause: Error | undefined
  redis.on('error', (error) => {
    cause ??= error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    const reason = cause ?? (error as Error)
    throw new AppError('unavailable', 'redis_away', `Cannot reach Redis: ${reason.message}`, { cause: reason })
  } finally {
    redis.disconnect()
  }
}
