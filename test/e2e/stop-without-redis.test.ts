import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { GIB } from '#shared/domain/limits.ts'
import { gzipBomb } from '../support/archives/bombs.ts'
import { type PrivateRedis, startRedis } from '../support/redis.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { send, viewOf } from '../support/tus.ts'
import { until } from '../support/until.ts'

const token = testToken({ sub: 'kim' })
let redis: PrivateRedis
let site: Site
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
})

test('SIGTERM in mid-scan while Redis is gone: API, scan worker and sweep end in order, and nothing is lost', async () => {
  redis = await startRedis()
  site = await startSite({ redisUrl: redis.url, scans: 1, sweeps: 1, env: { STOP_STEP_MS: '15000' } })
  const members = [...site.apis, ...site.scans, ...site.sweeps]
  const api = site.apis[0]?.url ?? ''
  // Below the size from which a ratio is a bomb, and some seconds of work.
  const body = gzipBomb(2 * GIB)
  const { id } = await send(api, token, body, { filename: 'field.dat.gz' })
  await until('the scan', async () => (await viewOf(api, token, id)).state === 'scanning')
  await redis.kill()
  const ends = await Promise.all(
    members.map(async ({ process: { stop, logs } }) => ({
      code: await stop(),
      failed: logs.filter((line) => line.includes('stop step failed')),
    })),
  )
  expect(ends).toEqual(members.map(() => ({ code: 0, failed: [] })))

  // As after a kill: a lease in the queue that ends, and everything on the disk. A fast machine may have come to the verdict.
  const user = join(site.root, 'users/kim')
  const { state } = JSON.parse(await readFile(join(user, `.airlock/${id}.json`), 'utf8')) as { state: string }
  expect(['received', 'complete']).toContain(state)
  const places = [join(user, `.airlock/${id}.data`), join(user, 'jobs/inbox/field.dat.gz')]
  const sizes = await Promise.all(
    places.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  expect(sizes.filter((size) => size > 0)).toEqual([body.length])
})
