import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createLockRenewals, type Lease } from '#shared/redis/lock-renewals.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { until } from '../support/until.ts'

const LEASE_MS = 2_000
const DISTANCE_MS = 150
const keys = createKeys(redisPrefix('renewals'))
const url = new URL(sharedRedisUrl())
const redisPort = Number(url.port)
const farRedis = createServer((client) => {
  const server = connect(redisPort, '127.0.0.1')
  later(client, server)
  later(server, client)
}).listen(0, '127.0.0.1')
await once(farRedis, 'listening')
url.port = String((farRedis.address() as AddressInfo).port)
const redis = connectRedis(url.href, 'command', createLogger('test', 'silent'))
afterAll(() => {
  redis.disconnect()
  farRedis.close()
})

function later(from: Socket, to: Socket): void {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), DISTANCE_MS))
  from.on('error', () => to.destroy())
  from.on('close', () => to.destroy())
}

test('thousands of locks are renewed in time though each answer takes long', async () => {
  let late = 0
  const leases = Array.from({ length: 3_000 }, (_, number): Lease => {
    const key = keys.lock(`u${number}`)
    return { key, bodies: key, token: 't', deadline: 0, onLate: () => late++ }
  })
  await redis.mset(leases.flatMap(({ key, token }) => [key, token]))
  const began = performance.now()
  const renewals = createLockRenewals({ redis, log: createLogger('test', 'silent'), leaseMs: LEASE_MS, renewMs: 500 })
  for (const lease of leases) {
    lease.deadline = began + LEASE_MS
    renewals.add(lease)
  }
  const renewedTwice = () => leases.every(({ deadline }) => deadline > began + LEASE_MS + 1_000)
  await until('two renewals of each', () => renewedTwice() || late > 0)
  expect(late).toBe(0)
  for (const lease of leases) renewals.remove(lease)
})
