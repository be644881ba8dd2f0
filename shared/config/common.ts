import { isAbsolute } from 'node:path'
import type { EnvReader } from './env.ts'
import { type RedisConfig, readRedis } from './redis.ts'

export type CommonConfig = {
  readonly uploadRoot: string
  readonly redis: RedisConfig
  /** Every key begins with it, inside a hash tag, so that a Cluster keeps them in one slot. */
  readonly redisPrefix: string
  readonly logLevel: LogLevel
  /** Longest time one step of stopping may take, ms. */
  readonly stopStepMs: number
  readonly production: boolean
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What every process reads. */
export function readCommon(read: EnvReader): CommonConfig {
  const uploadRoot = read.required('UPLOAD_ROOT', 'the absolute path of the shared upload directory')
  if (uploadRoot !== '' && !isAbsolute(uploadRoot)) read.problem('UPLOAD_ROOT must be an absolute path')
  const redis = readRedis(read)
  const redisPrefix = read.text('REDIS_PREFIX', 'airlock')
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(redisPrefix))
    read.problem('REDIS_PREFIX must be 1 to 64 letters, digits, dots, dashes or underscores')
  return {
    uploadRoot,
    redis,
    redisPrefix,
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
    stopStepMs: read.int('STOP_STEP_MS', { min: 100, max: 600_000, fallback: 8_000 }),
    production: read.choice('NODE_ENV', ['production', 'development', 'test'], 'production') === 'production',
  }
}
