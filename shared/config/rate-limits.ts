import type { EnvReader } from './env.ts'

/** At most `points` requests in `seconds`, counted over all instances. */
export type RateRule = { readonly points: number; readonly seconds: number }

/** `uploads` counts creations by user; `requests` counts other calls by client address. Empty: no limit. */
export type RateLimitConfig = { readonly uploads: readonly RateRule[]; readonly requests: readonly RateRule[] }

const PRESETS = {
  'high-volume': { uploadsPerMinute: 10_000, requestsPerHour: 100_000, requestsPerDay: 1_000_000 },
  phase4: { uploadsPerMinute: 10, requestsPerHour: 100, requestsPerDay: 1_000 },
} as const

/** Both presets (design §6), each number also on its own; `off` outside production only. */
export function readRateLimits(read: EnvReader, production: boolean): RateLimitConfig {
  const preset = read.choice('RATE_LIMITS', ['high-volume', 'phase4', 'off'], 'high-volume')
  if (preset === 'off') {
    if (production) read.problem('RATE_LIMITS=off is for development only: take high-volume or phase4')
    return { uploads: [], requests: [] }
  }
  const points = (name: string, fallback: number) => read.int(name, { min: 1, max: 1_000_000_000, fallback })
  const numbers = PRESETS[preset]
  return {
    uploads: [{ points: points('RATE_LIMIT_UPLOADS_PER_MINUTE', numbers.uploadsPerMinute), seconds: 60 }],
    requests: [
      { points: points('RATE_LIMIT_REQUESTS_PER_HOUR', numbers.requestsPerHour), seconds: 3_600 },
      { points: points('RATE_LIMIT_REQUESTS_PER_DAY', numbers.requestsPerDay), seconds: 86_400 },
    ],
  }
}
