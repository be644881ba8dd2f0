import { afterAll, beforeAll, expect, test } from 'vitest'
import { SENTINEL_ENV, type SentinelSite, startSentinelSite } from '../support/redis-sentinel.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { send, settled } from '../support/tus.ts'

let redis: SentinelSite
let site: Site
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  redis = await startSentinelSite()
  site = await startSite({ redisUrl: redis.url, apis: 1, realtimes: 1, scans: 1, sweeps: 1, env: SENTINEL_ENV })
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
