import jwt from 'jsonwebtoken'
import type { JwtConfig } from '../config/jwt.ts'
import { AppError } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { isSafeOwner } from '../domain/names.ts'

/** Who asks, as the token of the site's portal says. */
export type Principal = {
  readonly user: string
  readonly groups: readonly string[]
  readonly permissions: readonly string[]
  readonly isAdmin: boolean
  /** When the token ends, ms since the epoch; null if it never does. */
  readonly expiresAt: number | null
}

export type VerifyToken = (token: string) => Principal

const refused = (code: string, message: string) => new AppError('unauthenticated', code, message)

/** Builds the verifier: one key, a fixed list of algorithms (RFC 8725 §3.1), and the permission and group it takes to come in. */
export function createTokenVerifier(config: JwtConfig): VerifyToken {
  return (token) => {
    if (token.length > LIMITS.tokenBytes) throw refused('invalid_token', 'Cannot accept the token: it is too long')
    const principal = parseClaims(verified(token, config), config)
    if (!principal.permissions.includes(config.requiredPermission)) {
      throw new AppError(
        'forbidden',
        'missing_permission',
        `Cannot let ${principal.user} in: the permission "${config.requiredPermission}" is missing`,
      )
    }
    if (config.requiredGroup !== null && !principal.groups.includes(config.requiredGroup)) {
      throw new AppError(
        'forbidden',
        'missing_group',
        `Cannot let ${principal.user} in: the group "${config.requiredGroup}" is required`,
      )
    }
    return principal
  }
}

function verified(token: string, config: JwtConfig): unknown {
  try {
    return jwt.verify(token, config.key, { algorithms: [...config.algorithms] })
  } catch (error) {
    if (error instanceof jwt.TokenExpiredError)
      throw refused('token_expired', 'Cannot accept the token: it has expired; sign in again')
    if (error instanceof jwt.NotBeforeError)
      throw refused('invalid_token', 'Cannot accept the token: it is not valid yet')
    if (error instanceof jwt.JsonWebTokenError) {
      throw refused(
        'invalid_token',
        `Cannot accept the token: it is malformed, or not signed as this site signs (${config.algorithms.join(', ')})`,
      )
    }
    throw error
  }
}

const textList = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

function parseClaims(claims: unknown, config: JwtConfig): Principal {
  if (typeof claims !== 'object' || claims === null)
    throw refused('invalid_token', 'Cannot accept the token: it carries no claims')
  const { sub, groups, permissions, exp } = claims as Record<string, unknown>
  if (!isSafeOwner(sub))
    throw refused(
      'unsafe_subject',
      'Cannot accept the token: "sub" must be a plain user name (letters, digits, . _ @ -)',
    )
  const memberOf = textList(groups)
  return Object.freeze({
    user: sub,
    groups: memberOf,
    permissions: textList(permissions),
    isAdmin: memberOf.some((group) => config.adminGroups.includes(group)),
    expiresAt: typeof exp === 'number' ? exp * 1000 : null,
  })
}
