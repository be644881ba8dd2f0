import { expect, test } from 'vitest'
import { EnvReader } from '#shared/config/env.ts'
import { readRedis } from '#shared/config/redis.ts'
import { parseRedisUrl } from '#shared/config/redis-url.ts'
import { selfSigned } from '../../../../infra/tls/self-signed.ts'

const none = { masterName: '', username: undefined, password: undefined, db: 0 }

test.each([
  ['redis://host', { ...none, kind: 'single', tls: false, nodes: [{ host: 'host', port: 6379 }] }],
  [
    'rediss://me:p%40ss%2Fword@redis.site:7000/3',
    {
      kind: 'single',
      tls: true,
      nodes: [{ host: 'redis.site', port: 7000 }],
      masterName: '',
      username: 'me',
      password: 'p@ss/word',
      db: 3,
    },
  ],
  [
    'redis://:pw@[::1]:6380/',
    { ...none, kind: 'single', tls: false, nodes: [{ host: '::1', port: 6380 }], password: 'pw' },
  ],
  [
    'redis-sentinel://:pw@a:1,b/gate/2',
    {
      kind: 'sentinel',
      tls: false,
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
      masterName: 'gate',
      username: undefined,
      password: 'pw',
      db: 2,
    },
  ],
  [
    'rediss-cluster://me:pw@a:1,b:2,c',
    {
      ...none,
      kind: 'cluster',
      tls: true,
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
        { host: 'c', port: 6379 },
      ],
      username: 'me',
      password: 'pw',
    },
  ],
])('%s', (text, parsed) => {
  expect(parseRedisUrl(text)).toEqual(parsed)
})

const SECRET = 'hunter2'
test.each([
  ['http://host', /must begin with redis:\/\//],
  ['host:6379', /must begin with redis:\/\//],
  ['redis://a,b', /several hosts, which only redis-sentinel/],
  ['redis://host:70000', /each host as host:port/],
  ['redis://', /each host as host:port/],
  [`redis://${SECRET}@host`, /user:password@, or :password@/],
  [`redis://a:${SECRET}:b@host`, /%3A/],
  [`redis://me:${SECRET}/x@host`, /each host as host:port.*%2F/],
  [`redis://me:${SECRET}%zz@host`, /% in user or password/],
  [`redis://:${SECRET}@host/one`, /number of the database/],
  [`redis://:${SECRET}@host/1/2`, /number of the database/],
  [`redis://:${SECRET}@host?family=6`, /must not go on with \?/],
  [`redis-sentinel://:${SECRET}@a:1,b:2`, /lacks the name of the master/],
  [`redis-sentinel://:${SECRET}@a:1,b:2/gate/x`, /number of the database/],
  [`redis-cluster://:${SECRET}@a,b/1`, /number 0 only/],
])('%s is refused, says what would be right and repeats nothing', (text, why) => {
  const problems = problemsOf({ REDIS_URL: text })
  expect(problems).toMatch(why)
  expect(problems).not.toContain(SECRET)
})

test('certificates and the password of the Sentinels belong to the forms that use them', () => {
  const { certificate, key } = selfSigned(['localhost'], new Date(), 1)
  const other = selfSigned(['localhost'], new Date(), 1)
  const tls = { REDIS_URL: 'rediss://host' }
  expect(problemsOf({ ...tls, REDIS_TLS_CA: certificate, REDIS_TLS_CERT: certificate, REDIS_TLS_KEY: key })).toBe('')
  expect(problemsOf({ REDIS_URL: 'redis://host', REDIS_TLS_CA: certificate })).toMatch(/begins with rediss/)
  expect(problemsOf({ ...tls, REDIS_TLS_CERT: certificate })).toMatch(/go together/)
  expect(problemsOf({ ...tls, REDIS_TLS_CERT: certificate, REDIS_TLS_KEY: other.key })).toMatch(/must be PEM/)
  expect(problemsOf({ ...tls, REDIS_TLS_KEY: SECRET, REDIS_TLS_CERT: SECRET })).not.toContain(SECRET)
  expect(problemsOf({ ...tls, REDIS_SENTINEL_PASSWORD: SECRET })).toMatch(/redis-sentinel/)
  expect(problemsOf({ REDIS_URL: 'redis-sentinel://h/gate', REDIS_SENTINEL_PASSWORD: SECRET })).toBe('')
})

function problemsOf(env: Record<string, string>): string {
  const read = new EnvReader(env)
  readRedis(read)
  try {
    read.finish()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
