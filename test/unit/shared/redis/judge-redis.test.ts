import { expect, test } from 'vitest'
import { judgeRedis } from '#shared/redis/judge-redis.ts'

/** The lines of INFO that matter, as Redis 7.0.15 gives them. */
const info = (more: Record<string, string> = {}) =>
  Object.entries({
    redis_version: '7.0.15',
    redis_mode: 'standalone',
    maxmemory: '0',
    maxmemory_policy: 'noeviction',
    aof_enabled: '1',
    role: 'master',
    ...more,
  })
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')
const refused = (more: Record<string, string>) => judgeRedis(info(more), 'single').refused

test('a Redis as it should be: nothing to say', () => {
  expect(judgeRedis(info(), 'single')).toEqual({ refused: undefined, warnings: [] })
  expect(refused({ redis_version: '7.2.4', valkey_version: '8.1.1' })).toBeUndefined()
  expect(refused({ redis_version: '10.0.0', maxmemory: '1000' })).toBeUndefined()
})

test('what no waiting changes stops the start', () => {
  expect(refused({ redis_version: '6.2.14' })).toMatch(/Redis 6\.2\.14.*needs Redis 7 or Valkey 8/)
  expect(refused({ redis_version: '7.2.4', valkey_version: '7.2.5' })).toMatch(/Valkey 7\.2\.5/)
  expect(refused({ redis_mode: 'sentinel' })).toMatch(/redis-sentinel:\/\//)
  expect(refused({ redis_mode: 'cluster' })).toMatch(/redis-cluster:\/\//)
  expect(judgeRedis(info({ redis_mode: 'cluster' }), 'cluster').refused).toBeUndefined()
  for (const policy of ['allkeys-lru', 'volatile-ttl'])
    expect(refused({ maxmemory: '1000000', maxmemory_policy: policy })).toMatch(/set maxmemory-policy noeviction/)
})

test('what is unwise is told', () => {
  expect(judgeRedis(info({ aof_enabled: '0' }), 'single').warnings).toHaveLength(1)
  const unlimited = judgeRedis(info({ maxmemory_policy: 'allkeys-lru' }), 'single')
  expect([unlimited.refused, unlimited.warnings.length]).toEqual([undefined, 1])
  expect(judgeRedis(info({ role: 'slave' }), 'single').warnings).toHaveLength(1)
})
