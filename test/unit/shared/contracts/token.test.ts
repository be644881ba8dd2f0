import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import jwt from 'jsonwebtoken'
import { describe, expect, test } from 'vitest'
import type { JwtConfig } from '#shared/config/jwt.ts'
import { createTokenVerifier } from '#shared/contracts/token.ts'
import { AppError } from '#shared/domain/errors.ts'

const SECRET = 'kX3v9QpLr2mT8wZc5nYb7dHf4gJs6aUe'
const base: JwtConfig = {
  key: createSecretKey(Buffer.from(SECRET)),
  algorithms: ['HS256'],
  requiredPermission: 'dashboard',
  requiredGroup: null,
  adminGroups: ['admin'],
}
const claims = { sub: 'kim', email: 'kim@example.org', groups: ['cae'], permissions: ['dashboard'] }
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const answer = (config: JwtConfig, token: string): string => {
  try {
    return createTokenVerifier(config)(token).user
  } catch (error) {
    if (error instanceof AppError) return `${error.kind}: ${error.code}`
    throw error
  }
}
const sign = (key: string | KeyObject, algorithm: jwt.Algorithm, more: object = {}) =>
  jwt.sign({ ...claims, ...more }, key, { algorithm, expiresIn: 60 })

test('the three algorithms, each with its key', () => {
  expect(answer(base, sign(SECRET, 'HS256'))).toBe('kim')
  expect(answer({ ...base, key: rsa.publicKey, algorithms: ['RS256'] }, sign(rsa.privateKey, 'RS256'))).toBe('kim')
  expect(answer({ ...base, key: ec.publicKey, algorithms: ['ES256'] }, sign(ec.privateKey, 'ES256'))).toBe('kim')
})

test("another key's or another algorithm's token is refused", () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const refused = 'unauthenticated: invalid_token'
  expect(answer({ ...base, key: rsa.publicKey, algorithms: ['RS256'] }, sign(other.privateKey, 'RS256'))).toBe(refused)
  expect(answer({ ...base, key: rsa.publicKey, algorithms: ['RS256'] }, sign(rsa.privateKey, 'RS512'))).toBe(refused)
  expect(answer(base, sign(SECRET, 'HS384'))).toBe(refused)
  expect(answer(base, jwt.sign(claims, null as unknown as string, { algorithm: 'none' }))).toBe(refused)
})

test('algorithm confusion: an HS256 token made with the public key as the secret', () => {
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  const forged = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`
  expect(answer({ ...base, key: rsa.publicKey, algorithms: ['RS256'] }, forged)).toBe('unauthenticated: invalid_token')
})

describe('what the claims decide', () => {
  const cases: [string, object, Partial<JwtConfig>, string][] = [
    ['the permission is missing', { permissions: ['other'] }, {}, 'forbidden: missing_permission'],
    ['permissions are no list', { permissions: 'dashboard' }, {}, 'forbidden: missing_permission'],
    ['another permission is required', {}, { requiredPermission: 'upload' }, 'forbidden: missing_permission'],
    ['a group is required and there', {}, { requiredGroup: 'cae' }, 'kim'],
    ['a group is required and missing', {}, { requiredGroup: 'hpc' }, 'forbidden: missing_group'],
    ['a sub that climbs', { sub: '..' }, {}, 'unauthenticated: unsafe_subject'],
    ['a sub that is a list', { sub: ['kim'] }, {}, 'unauthenticated: unsafe_subject'],
    ['not yet valid', { nbf: Math.floor(Date.now() / 1000) + 600 }, {}, 'unauthenticated: invalid_token'],
  ]
  test.each(cases)('%s', (_name, more, config, want) => {
    const token = jwt.sign({ ...claims, ...more }, SECRET, { algorithm: 'HS256', allowInvalidAsymmetricKeyTypes: true })
    expect(answer({ ...base, ...config }, token)).toBe(want)
  })
  test('administrators are who is in an admin group', () => {
    expect(createTokenVerifier(base)(sign(SECRET, 'HS256')).isAdmin).toBe(false)
    expect(createTokenVerifier(base)(sign(SECRET, 'HS256', { groups: ['cae', 'admin'] })).isAdmin).toBe(true)
    expect(
      createTokenVerifier({ ...base, adminGroups: ['hpc-ops'] })(sign(SECRET, 'HS256', { groups: ['admin'] })).isAdmin,
    ).toBe(false)
  })
  test('an expired token says so', () => {
    expect(answer(base, jwt.sign({ ...claims, exp: Math.floor(Date.now() / 1000) - 1 }, SECRET))).toBe(
      'unauthenticated: token_expired',
    )
  })
})
