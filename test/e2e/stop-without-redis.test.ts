import { afterEach, expect, test } from 'vitest'
import { GIB } from '#shared/domain/limits.ts'
import { gzipBomb } from '../support/archives/bombs.ts'
import { type PrivateRedis, startRedis } from '../support/redis.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { send, settled, viewOf } from '../support/tus.ts'
import { until } from '../support/until.ts'

const token = testToken({ sub: 'kim' })
let redis: PrivateRedis
let site: Site
afterEach(async () => {
  await site.stop()
  await redis.stop()
})

const start = async () => {
  redis = await startRedis()
  const env = { STOP_STEP_MS: '4000' }
  site = await startSite({ redisUrl: redis.url, apis: 1, scans: 1, sweeps: 1, env })
}
const stopAll = () =>
  Promise.all(
    [...site.apis, ...site.scans, ...site.sweeps].map(async ({ process: { stop, logs } }) => ({
      code: await stop(),
      failed: logs.filter((line) => line.includes('stop step failed')),
    })),
  )
const inOrder = { code: 0, failed: [] }

test('SIGTERM while Redis is gone: API, scan worker and sweep end in order', async () => {
  await start()
  await redis.kill()
  expect(await stopAll()).toEqual([inOrder, inOrder, inOrder])
}, 60_000)

test('SIGTERM in mid-scan while Redis does not answer: the same, and another worker scans the file', async () => {
  await start()
  const api = site.apis[0]?.url ?? ''
  // Below the size from which a ratio is a bomb, and some seconds of work.
  const { id } = await send(api, token, gzipBomb(2 * GIB), { filename: 'field.dat.gz' })
  await until('the scan', async () => (await viewOf(api, token, id)).state === 'scanning')
  process.kill(redis.pid, 'SIGSTOP')
  expect(await stopAll()).toEqual([inOrder, inOrder, inOrder])

  process.kill(redis.pid, 'SIGCONT')
  for (const member of [...site.apis, ...site.scans]) member.process = await member.start()
  expect(await settled(api, token, id, 60_000)).toMatchObject({ state: 'complete', held_reason: null })
}, 120_000)
