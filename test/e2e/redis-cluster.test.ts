import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClusterSite, startClusterSite } from '../support/redis-cluster.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { send, settled } from '../support/tus.ts'

let redis: ClusterSite
let site: Site
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  redis = await startClusterSite()
  site = await startSite({ redisUrl: redis.url, apis: 1, realtimes: 1, scans: 1, sweeps: 1 })
})
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
})

test('a file comes through', async () => {
  const api = site.apis[0]?.url ?? ''
  const { id } = await send(api, token, Buffer.from('*KEYWORD\n'), { filename: 'a.k' })
  expect(await settled(api, token, id)).toMatchObject({ state: 'complete' })
})
