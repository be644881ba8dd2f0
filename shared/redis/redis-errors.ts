import { AppError } from '../domain/errors.ts'

/** How ioredis says that nobody answers. */
const AWAY =
  /^(Command timed out|Connection is closed|Stream isn't writeable|Socket timeout|Cluster (isn't ready|is ended|is disconnect)|None of startup nodes|Failed to refresh slots cache|All sentinels are unreachable|Too many Cluster redirections|Command aborted)/
/** The error codes with which Redis says that it cannot now (the first word of a reply). */
const CANNOT_NOW =
  /^(LOADING|OOM|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|MISCONF|NOREPLICAS|UNBLOCKED|EXECABORT)\b/
/** It answers, but not us: somebody has to put the configuration right. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR The user executing the script)\b/

/** Redis is away, starting, full, failing over or does not let us in: trying again may help, and is all that can be done. */
export function isRedisAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { name, message } = error
  return (
    name === 'MaxRetriesPerRequestError' ||
    name === 'ClusterAllFailedError' ||
    [AWAY, CANNOT_NOW, REFUSED].some((pattern) => pattern.test(message))
  )
}

/** `WRONGPASS`, `NOAUTH` or `NOPERM` where Redis refuses the user, else undefined; looks into the errors of a Cluster's nodes too. */
export function reasonRefused(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const node = 'lastNodeError' in error ? reasonRefused(error.lastNodeError) : undefined
  const reason = REFUSED.exec(error.message)?.[1]
  return node ?? (reason?.startsWith('ERR') ? 'NOPERM' : reason)
}

/** Redis away or unable to serve, as an error of the domain (503); other errors pass as they are. */
export function translateRedisError(error: unknown): unknown {
  if (error instanceof AppError || !isRedisAway(error)) return error
  return new AppError('unavailable', 'redis_away', 'Cannot do this now: Redis does not answer; try again', {
    cause: error,
    retryAfterSeconds: 5,
  })
}
