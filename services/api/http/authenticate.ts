import type { RequestHandler } from 'express'
import type { Principal, VerifyToken } from '#shared/contracts/token.ts'
import { AppError } from '#shared/domain/errors.ts'
import { requestContext } from './request-context.ts'

const BEARER = /^Bearer +([^\s]+) *$/i

/** The bearer token of an Authorization header (RFC 6750 §2.1); throws `unauthenticated`. */
export function bearerToken(header: string | undefined): string {
  if (header === undefined || header === '') {
    throw new AppError(
      'unauthenticated',
      'missing_token',
      'Cannot let this request in: send "Authorization: Bearer <token>"',
    )
  }
  const token = BEARER.exec(header)?.[1]
  if (token === undefined) {
    throw new AppError(
      'unauthenticated',
      'malformed_header',
      'Cannot read the Authorization header: it must be "Bearer <token>"',
    )
  }
  return token
}

/** JWT required: who asks stands in the request's context afterwards. */
export const authenticate =
  (verify: VerifyToken): RequestHandler =>
  (req, _res, next) => {
    identify(verify(bearerToken(req.get('authorization'))))
    next()
  }

/** JWT optional: none is fine, a bad one is not. */
export const authenticateIfPresent =
  (verify: VerifyToken): RequestHandler =>
  (req, _res, next) => {
    const header = req.get('authorization')
    if (header !== undefined) identify(verify(bearerToken(header)))
    next()
  }

export function identify(principal: Principal): void {
  const context = requestContext()
  context.principal = principal
}
