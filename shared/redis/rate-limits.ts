import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateRule } from '../config/rate-limits.ts'
import { AppError } from '../domain/errors.ts'
import type { Keys } from './keys.ts'
import type { RedisClient } from './redis-client.ts'

/** What the RateLimit-* headers say. */
export type RateState = { readonly limit: number; readonly remaining: number; readonly resetSeconds: number }

export class RateLimited extends AppError {
  readonly state: RateState
  constructor(rule: RateRule, msBeforeNext: number) {
    const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
    super('throttled', 'rate_limited', `Maximum ${rule.points} requests per ${rule.seconds}s`, {
      retryAfterSeconds: resetSeconds,
    })
    this.state = { limit: rule.points, remaining: 0, resetSeconds }
  }
}

export type RateLimiter = (key: string) => Promise<RateState | undefined>

/** One limiter of several rules, counted in Redis; throws {@link RateLimited}, or `unavailable` where Redis does not answer. */
export function createRateLimiter(
  redis: RedisClient,
  keys: Keys,
  name: string,
  rules: readonly RateRule[],
): RateLimiter {
  const limiters = rules.map((rule) => ({
    rule,
    limiter: new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `${keys.rateLimit}:${name}:${rule.seconds}`,
      points: rule.points,
      duration: rule.seconds,
    }),
  }))
  return async (key) => {
    let tightest: RateState | undefined
    for (const { rule, limiter } of limiters) {
      const { remainingPoints, msBeforeNext } = await limiter.consume(key).catch((reply) => {
        throw reply instanceof RateLimiterRes ? new RateLimited(rule, reply.msBeforeNext) : away(reply)
      })
      const state = { limit: rule.points, remaining: remainingPoints, resetSeconds: Math.ceil(msBeforeNext / 1000) }
      if (tightest === undefined || state.remaining < tightest.remaining) tightest = state
    }
    return tightest
  }
}

const away = (cause: unknown) =>
  new AppError('unavailable', 'redis_away', 'Cannot count the request: Redis does not answer', {
    cause,
    retryAfterSeconds: 5,
  })
