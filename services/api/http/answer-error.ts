import type { ErrorRequestHandler, RequestHandler } from 'express'
import { AppError } from '#shared/domain/errors.ts'
import { RateLimited, type RateState } from '#shared/redis/rate-limits.ts'
import { translateRedisError } from '#shared/redis/redis-errors.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { translateDiskError } from '#shared/storage/disk-errors.ts'
import { HTTP_STATUS } from './error-status.ts'
import { finishAnswer } from './finish-answer.ts'
import { requestContext } from './request-context.ts'

export type ErrorAnswer = { status: number; headers: Record<string, string>; body: object }

export const rateHeaders = ({ limit, remaining, resetSeconds }: RateState): Record<string, string> => ({
  'RateLimit-Limit': String(limit),
  'RateLimit-Remaining': String(remaining),
  'RateLimit-Reset': String(resetSeconds),
})

/** An error as an answer: status, headers and body. What nobody foresaw is a 500 that tells nothing. */
export function errorAnswer(error: unknown, requestId: string): ErrorAnswer {
  if (!(error instanceof AppError)) {
    const message = `Something went wrong here; the log has it under ${requestId}`
    return {
      status: 500,
      headers: {},
      body: { error: 'Internal Server Error', code: 'internal', message, request_id: requestId },
    }
  }
  const [status, title] = HTTP_STATUS[error.kind]
  const headers: Record<string, string> = {}
  if (error.retryAfterSeconds !== undefined) headers['Retry-After'] = String(error.retryAfterSeconds)
  if (error.kind === 'unauthenticated') headers['WWW-Authenticate'] = challenge(error)
  if (error instanceof RateLimited) {
    // The dashboard's own limiter answers with these two fields and no others; its page reads them.
    return {
      status,
      headers: { ...headers, ...rateHeaders(error.state) },
      body: { error: title, message: error.message },
    }
  }
  const body = { error: title, code: error.code, message: error.message, request_id: requestId, ...error.figures }
  return { status, headers, body }
}

/** RFC 6750 §3: no error code where no token was sent. */
const challenge = (error: AppError): string =>
  error.code === 'missing_token'
    ? 'Bearer realm="airlock"'
    : `Bearer realm="airlock", error="invalid_token", error_description="${error.code}"`

/** What Redis and the file system say, in our words. */
export const translateFault = (error: unknown): unknown => translateRedisError(translateDiskError(error))

/** Express's own and middlewares' errors carry a status of 4xx: their message is about the request. */
function asAppError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError || !('status' in error)) return error
  if (error.status === 404) return new AppError('missing', 'not_found', 'Cannot find this file', { cause: error })
  if (typeof error.status === 'number' && error.status >= 400 && error.status < 500) {
    return new AppError('invalid', 'bad_request', 'Cannot read the request: it is malformed', { cause: error })
  }
  return error
}

/** Last of all handlers: logs what is our fault, once, and answers. */
export const answerErrors =
  (log: Logger): ErrorRequestHandler =>
  async (thrown, req, res, next) => {
    const error = translateFault(asAppError(thrown))
    if (res.headersSent) {
      next(error)
      return
    }
    const { requestId } = requestContext()
    const answer = errorAnswer(error, requestId)
    logIfOurs(log, error, answer.status)
    res.status(answer.status).set(answer.headers).set('Cache-Control', 'no-store')
    await finishAnswer(req, res, JSON.stringify(answer.body), 'application/json; charset=utf-8')
  }

export function logIfOurs(log: Logger, err: unknown, status: number): void {
  const isOurs = status >= 500 && status !== 507 && !(err instanceof AppError && err.kind === 'crowded')
  if (isOurs) log.error({ err }, 'request failed')
}

export const notFound: RequestHandler = (req) => {
  throw new AppError('missing', 'unknown_route', `Cannot ${req.method} this path: there is nothing here`)
}
