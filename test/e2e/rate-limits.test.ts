import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, tus } from '../support/tus.ts'

let site: Site
beforeAll(async () => {
  site = await startSite({ apis: 2, env: { RATE_LIMITS: 'phase4' } })
})
afterAll(() => site.stop())

const api = (i: number) => site.apis[i % 2]?.url ?? ''

test('phase4: two processes together admit ten upload requests a minute, and say 429 in the words of the dashboard to the eleventh', async () => {
  const kim = testToken({ sub: 'kim' })
  const create = (i: number) => tus(api(i), kim, 'POST', '', { 'Upload-Length': '1' })
  const statuses = (await Promise.all(Array.from({ length: 30 }, (_, i) => create(i)))).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(10)
  expect(statuses.filter((status) => status === 429)).toHaveLength(20)

  const refused = await create(1)
  expect(await refused.json()).toEqual({ error: 'Rate limit exceeded', message: 'Maximum 10 requests per 60s' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused.headers.get('ratelimit-limit')).toBe('10')
  expect(refused.headers.get('ratelimit-remaining')).toBe('0')

  const lee = await tus(api(0), testToken({ sub: 'lee' }), 'POST', '', { 'Upload-Length': '1' })
  expect(lee.status).toBe(201)
  expect(lee.headers.get('ratelimit-remaining')).toBe('9')
})

test('phase4: a hundred other requests an hour by address, whoever asks; bytes of admitted uploads are not counted', async () => {
  const park = testToken({ sub: 'park' })
  const location = (await tus(api(0), park, 'POST', '', { 'Upload-Length': '2' })).headers.get('location') ?? ''
  const statuses = await Promise.all(
    Array.from({ length: 120 }, async (_, i) => {
      const token = testToken({ sub: `user${i % 7}` })
      return (await fetch(`${api(i)}${FILES_PATH}/uploads`, { headers: bearer(token) })).status
    }),
  )
  expect(statuses.filter((status) => status === 200)).toHaveLength(100)
  expect(statuses.filter((status) => status === 429)).toHaveLength(20)
  const head = await fetch(`${api(1)}${location}`, {
    method: 'HEAD',
    headers: { ...bearer(park), 'Tus-Resumable': '1.0.0' },
  })
  expect(head.status).toBe(200)
})
