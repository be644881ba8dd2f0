import jwt, { type SignOptions } from 'jsonwebtoken'

/** Give it to every process of a test as JWT_SECRET_KEY. */
export const TEST_SECRET = 'Zm9yIHRlc3RzIG9ubHkgLSA0OCByYW5kb20tbG9va2luZyBieXRlcw'

export type TestClaims = {
  readonly sub: string
  readonly email?: string
  readonly groups?: readonly string[]
  /** `["dashboard"]` if absent. */
  readonly permissions?: readonly string[]
  /** Seconds, or as `10m`; an hour if absent. Negative: expired already. */
  readonly expiresIn?: number | string
}

/** A token as the site's portal issues it. */
export function testToken(claims: TestClaims, secret: string = TEST_SECRET): string {
  const { sub, email = `${sub}@example.org`, groups = [], permissions = ['dashboard'], expiresIn = '1h' } = claims
  const options = { algorithm: 'HS256', expiresIn } as SignOptions
  return jwt.sign({ sub, email, groups, permissions }, secret, options)
}
