import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLoad } from '../support/redis-load.ts'
import { SENTINEL_ENV, type SentinelSite, startSentinelSite } from '../support/redis-sentinel.ts'
import { type Site, startSite } from '../support/site.ts'

let redis: SentinelSite
let site: Site
beforeAll(async () => {
  redis = await startSentinelSite()
  site = await startSite({ redisUrl: redis.url, apis: 2, realtimes: 1, scans: 1, sweeps: 1, env: SENTINEL_ENV })
})
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
})

test('the master is killed in the middle of a load: a replica takes over, every file arrives, clients see retries only', async () => {
  const load = startLoad(site, 4, 'killed')
  await load.begun
  const master = await redis.master()
  await master.kill()
  await redis.promoted(master)
  await load.sent
  await load.check()
  expect([...load.statuses].filter((status) => ![200, 201, 204, 409, 423, 503].includes(status))).toEqual([])
  await master.start()
})
