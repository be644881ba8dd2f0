import { randomUUID } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'
import type { Logger } from '#shared/runtime/logger.ts'
import type { ApiMetrics } from '../metrics.ts'
import { type RequestContext, withContext } from './request-context.ts'

/** A proxy's id is kept if it is plain, so that one request has one id in every log. */
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/

/** First of all handlers: gives the request its id, its logger and its log line (path without query: tokens may stand there). */
export const beginRequest =
  (log: Logger, metrics: ApiMetrics) =>
  (req: Request, res: Response, next: NextFunction): void => {
    const given = req.get('x-request-id')
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID()
    res.setHeader('X-Request-Id', requestId)
    const context: RequestContext = {
      requestId,
      req,
      res,
      principal: undefined,
      record: undefined,
      lock: undefined,
      lastByteAt: undefined,
      failure: undefined,
    }
    const started = performance.now()
    const { method, path } = req
    res.once('close', () => {
      const ms = Math.round(performance.now() - started)
      const status = res.writableFinished ? res.statusCode : 499
      metrics.requests.inc({ method, status: String(status) })
      const quiet = /\/(health|ready|metrics)$/.test(path) && status < 400
      // The event comes from the socket, outside the request's context.
      withContext(context, () =>
        log[quiet ? 'debug' : 'info']({ method, path, status, ms, user: context.principal?.user }, 'request'),
      )
    })
    withContext(context, next)
  }
