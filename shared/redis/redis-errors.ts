import { AppError } from '../domain/errors.ts'

/** How ioredis says that nobody answers, and the error codes with which Redis says that it cannot now (the first word of a reply). */
const AWAY = /^(Command timed out|Connection is closed|Stream isn't writeable)/
const CANNOT_NOW = /^(LOADING|OOM|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF|NOREPLICAS|UNBLOCKED)\b/

/** Redis away, starting, full or failing over, as an error of the domain (503); other errors pass as they are. */
export function translateRedisError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error
  if (error.name !== 'MaxRetriesPerRequestError' && !AWAY.test(error.message) && !CANNOT_NOW.test(error.message))
    return error
  return new AppError('unavailable', 'redis_away', 'Cannot do this now: Redis does not answer; try again', {
    cause: error,
    retryAfterSeconds: 5,
  })
}
