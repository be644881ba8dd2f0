import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../support/listener.ts'
import { startLoad } from '../support/redis-load.ts'
import { SENTINEL_ENV, type SentinelSite, startSentinelSite } from '../support/redis-sentinel.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'

let redis: SentinelSite
let site: Site
beforeAll(async () => {
  redis = await startSentinelSite()
  site = await startSite({ redisUrl: redis.url, apis: 1, realtimes: 1, scans: 1, sweeps: 1, env: SENTINEL_ENV })
})
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
})

test('the master is killed in the middle of a load: a replica takes over, every file arrives, clients see retries only', async () => {
  const listener = await listen(site.realtimes[0]?.url ?? '', testToken({ sub: 'kim' }))
  const load = startLoad(site, 3, 'killed')
  await load.begun
  const master = await redis.master()
  await master.kill()
  await redis.promoted(master)
  await load.sent
  const ids = await load.check()
  await until('every event', () => ids.every((id) => listener.states.get(id)?.at(-1) === 'complete'))
  listener.close()
  expect([...load.statuses].filter((status) => ![200, 201, 204, 409, 423, 503].includes(status))).toEqual([])
  await master.start()
})
