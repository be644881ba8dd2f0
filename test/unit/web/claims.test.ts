import { expect, test } from 'vitest'
import { isAdmin, isExpired, parseClaims, tokenOfFragment } from '../../../services/web/src/core/claims.ts'

const token = (claims: unknown) => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`

test('the page reads who is signed in, and until when', () => {
  const claims = parseClaims(token({ sub: 'engineer', groups: ['cae', 7], exp: 100, name: '김철수' }))
  expect(claims).toEqual({ user: 'engineer', groups: ['cae'], expiresAt: 100_000 })
  expect(parseClaims(token({ sub: 'a' }))).toEqual({ user: 'a', groups: [], expiresAt: null })
})

test.each(['', 'abc', 'a.b.c', token(null), token({}), token({ sub: '' }), token({ sub: 5 }), 'x.%%%.y'])(
  '%j names nobody',
  (text) => expect(parseClaims(text)).toBeUndefined(),
)

test('a session ends with its token', () => {
  expect(isExpired({ user: 'a', groups: [], expiresAt: 100 }, 99)).toBe(false)
  expect(isExpired({ user: 'a', groups: [], expiresAt: 100 }, 100)).toBe(true)
  expect(isExpired({ user: 'a', groups: [], expiresAt: null }, 1e15)).toBe(false)
})

test('administrators are in the group admin', () => {
  expect(isAdmin({ user: 'a', groups: ['cae', 'admin'], expiresAt: null }, ['admin'])).toBe(true)
  expect(isAdmin({ user: 'admin', groups: ['administrators'], expiresAt: null }, ['admin'])).toBe(false)
})

test.each([
  ['#token=a.b.c', 'a.b.c'],
  ['#x=1&token=a', 'a'],
  ['#', undefined],
  ['', undefined],
  ['#tokens=a', undefined],
])('the token of %j is %s', (fragment, want) => expect(tokenOfFragment(fragment)).toBe(want))
