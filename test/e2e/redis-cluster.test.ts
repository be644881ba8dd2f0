import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../support/listener.ts'
import { type ClusterSite, startClusterSite } from '../support/redis-cluster.ts'
import { startLoad } from '../support/redis-load.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'

let redis: ClusterSite
let site: Site
beforeAll(async () => {
  redis = await startClusterSite()
  site = await startSite({ redisUrl: redis.url, apis: 1, realtimes: 1, scans: 1, sweeps: 1 })
})
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
})

test('the master of our slot is killed in the middle of a load: its replica takes over, every file arrives', async () => {
  const prefix = site.env.REDIS_PREFIX ?? ''
  const listener = await listen(site.realtimes[0]?.url ?? '', testToken({ sub: 'kim' }))
  const load = startLoad(site, 3, 'killed')
  await load.begun
  const master = await redis.masterOf(prefix)
  await master.kill()
  await until('the replica to take over', async () => (await redis.masterOf(prefix)) !== master)
  await load.sent
  const ids = await load.check()
  await until('every event', () => ids.every((id) => listener.states.get(id)?.at(-1) === 'complete'))
  listener.close()
  expect([...load.statuses].filter((status) => ![200, 201, 204, 409, 423, 503].includes(status))).toEqual([])
})
