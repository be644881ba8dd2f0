import { afterAll, expect, test } from 'vitest'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createLockRenewals, type Lease } from '#shared/redis/lock-renewals.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { startFarRedis } from '../support/far-redis.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { until } from '../support/until.ts'

const LEASE_MS = 3_600
const RENEW_MS = 600
/** One after the other, the commands for all would take longer than a lease. */
const DISTANCE_MS = 200
const keys = createKeys(redisPrefix('renewals'))
const far = await startFarRedis(sharedRedisUrl(), DISTANCE_MS)
const log = createLogger('test', 'silent')
const redis = connectRedis(far.url, 'command', log)
const near = connectRedis(sharedRedisUrl(), 'command', log)
afterAll(() => {
  redis.disconnect()
  near.disconnect()
  far.close()
})

test('thousands of locks are renewed in time though each answer takes long', async () => {
  let late = 0
  const leases = Array.from({ length: 3_000 }, (_, number): Lease => {
    const key = keys.lock(`u${number}`)
    return { key, bodies: key, token: 't', deadline: 0, onLate: () => late++ }
  })
  await near.mset(leases.flatMap(({ key, token }) => [key, token]))
  // Connected: what follows is not kept waiting for that.
  await until('the far Redis', () => redis.ping())
  const began = performance.now()
  const renewals = createLockRenewals({ redis, log, leaseMs: LEASE_MS, renewMs: RENEW_MS })
  for (const lease of leases) {
    lease.deadline = began + LEASE_MS
    renewals.add(lease)
  }
  const renewedTwice = () => leases.every(({ deadline }) => deadline > began + LEASE_MS + 2 * RENEW_MS)
  const lost = () => leases.filter(({ deadline }) => performance.now() > deadline).length
  await until('two renewals of each', () => renewedTwice() || late + lost() > 0)
  expect({ late, lost: lost() }).toEqual({ late: 0, lost: 0 })
  for (const lease of leases) renewals.remove(lease)
})
