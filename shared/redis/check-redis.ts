import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../domain/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import { judgeRedis } from './judge-redis.ts'
import { type RedisClient, topologyOf } from './redis-client.ts'
import { reasonRefused } from './redis-errors.ts'

/**
 * For the start of a process: waits until Redis is there, as long as it takes, and throws `bad_redis` for what no waiting changes:
 * a user it refuses, a version too old, a policy that evicts. What is only unwise is logged.
 */
export async function checkRedis(redis: RedisClient, log: Logger): Promise<void> {
  await untilReady(redis)
  await judge(redis, log)
}

/**
 * The same for a process that serves before Redis is there: one that is away for longer than `patienceMs` is judged when it comes,
 * and what is wrong with it is then logged.
 */
export async function checkRedisSoon(redis: RedisClient, log: Logger, patienceMs: number): Promise<void> {
  const checked = checkRedis(redis, log)
  const late = new AbortController()
  const away = pause(patienceMs, 'away' as const, { signal: late.signal })
  const first = await Promise.race([checked, away]).finally(() => late.abort())
  if (first !== 'away') return
  log.warn('Redis is away: not ready until it comes')
  void checked.catch((err: unknown) => log.fatal({ err }, 'Redis came, and cannot be used'))
}

/**
 * The same for a command, which somebody waits for: throws `redis_away`, with what stood in the way, where Redis does not answer within
 * `patienceMs`.
 */
export async function checkRedisNow(redis: RedisClient, log: Logger, patienceMs: number): Promise<void> {
  let last: Error | undefined
  const keep = (error: Error) => {
    last = error
  }
  const over = new AbortController()
  const late = pause(patienceMs, undefined, { signal: over.signal }).then(() => {
    throw redisAway(patienceMs, last)
  })
  redis.on('error', keep)
  try {
    await Promise.race([checkRedis(redis, log), late])
  } finally {
    redis.off('error', keep)
    over.abort()
    // Called off: nobody waits for it any more.
    late.catch(() => undefined)
  }
}

const redisAway = (patienceMs: number, cause: Error | undefined) => {
  const why = cause === undefined ? '' : ` (${cause.message})`
  return new AppError(
    'unavailable',
    'redis_away',
    `Cannot reach Redis: no answer within ${patienceMs / 1_000} s${why}`,
    {
      cause,
    },
  )
}

async function judge(redis: RedisClient, log: Logger): Promise<void> {
  const kind = topologyOf(redis)
  const masters = 'nodes' in redis ? redis.nodes('master') : [redis]
  for (const master of masters) {
    const info = await master.info().catch((error: unknown) => {
      throw refusedUser(error) ?? error
    })
    const { refused, warnings } = judgeRedis(String(info), kind)
    if (refused !== undefined) throw badRedis(refused)
    for (const warning of warnings) log.warn({ warning }, 'redis')
  }
}

function untilReady(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const done = (error?: AppError) => {
      redis.off('ready', onReady).off('error', onError)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onReady = () => done()
    const onError = (error: unknown) => {
      const refused = refusedUser(error) ?? noCluster(error)
      if (refused !== undefined) done(refused)
    }
    redis.on('ready', onReady).on('error', onError)
  })
}

const badRedis = (why: string, cause?: unknown) =>
  new AppError('invalid', 'bad_redis', `Cannot use this Redis: ${why}`, { cause })

function refusedUser(error: unknown): AppError | undefined {
  const reason = reasonRefused(error)
  if (reason === undefined) return undefined
  return reason === 'NOPERM'
    ? badRedis('its user may not do what Airlock needs: see the ACL line in infra/docs/redis.md', error)
    : badRedis('it refuses user or password: put them into REDIS_URL as user:password@', error)
}

function noCluster(error: unknown): AppError | undefined {
  const node = error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : undefined
  if (!(node instanceof Error) || !node.message.includes('cluster support disabled')) return undefined
  return badRedis('it is not part of a Cluster: write REDIS_URL as redis://host:6379', error)
}
