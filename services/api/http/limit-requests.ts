import type { RequestHandler } from 'express'
import type { RateLimiter } from '#shared/redis/rate-limits.ts'
import { rateHeaders } from './answer-error.ts'

/** Counts a call by the client's address, before anything else is looked at. */
export const limitByAddress =
  (limiter: RateLimiter): RequestHandler =>
  async (req, res, next) => {
    const state = await limiter(addressKey(req.ip))
    if (state !== undefined) res.set(rateHeaders(state))
    next()
  }

/** One IPv6 customer has at least a /64 (RFC 6177): count that as one client. */
export function addressKey(ip: string | undefined): string {
  if (ip === undefined) return 'unknown'
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (v4 !== undefined) return v4
  const [head = '', tail = ''] = ip.split('%')[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...zeros, ...right].slice(0, 4).join('_')
}
