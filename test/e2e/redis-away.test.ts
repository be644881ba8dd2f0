import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPatch } from '../support/open-patch.ts'
import { type PrivateRedis, startRedis } from '../support/redis.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { FILES_PATH, idOf, settled, tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

let redis: PrivateRedis
let site: Site
beforeAll(async () => {
  redis = await startRedis()
  site = await startSite({ redisUrl: redis.url, scans: 1, sweeps: 1 })
})
afterAll(async () => {
  await site.stop()
  await redis.stop()
})

test('Redis away: creation is refused with 503, an admitted upload goes on, and its file comes through when Redis is back', async () => {
  const api = site.apis[0]?.url ?? ''
  const token = testToken({ sub: 'kim' })
  const body = Buffer.alloc(300_000, '$ comment\n')
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': String(body.length) }))
  const patch = openPatch(api, token, id, body.length)
  patch.write(body.subarray(0, 100_000))
  const other = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '5' }))
  const staged = join(site.root, 'users/kim/.airlock', `${id}.data`)
  await until('the first bytes to be on the disk', async () => (await stat(staged)).size === 100_000)

  await redis.kill()
  const refused = await tus(api, token, 'POST', '', { 'Upload-Length': '5' })
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // Soon, before the lease of its lock ends.
  patch.end(body.subarray(100_000))
  expect(await patch.answered).toBe(204)
  expect((await fetch(`${api}${FILES_PATH}/ready`)).status).toBe(503)
  expect((await fetch(`${api}${FILES_PATH}/health`)).status).toBe(200)

  for (const method of ['HEAD', 'PATCH', 'DELETE']) {
    const answer = await tus(api, token, method, `/${other}`, {
      'Content-Type': 'application/offset+octet-stream',
      'Upload-Offset': '0',
    })
    expect([method, answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([method, 503, true])
  }

  await redis.restart()
  await until('the API to be ready again', async () => (await fetch(`${api}${FILES_PATH}/ready`)).ok)
  expect(await settled(api, token, id)).toMatchObject({ state: 'complete', length: body.length })
  expect((await tus(api, token, 'POST', '', { 'Upload-Length': '5' })).status).toBe(201)
})
