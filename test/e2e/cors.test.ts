import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, TUS_PATH } from '../support/tus.ts'

const PORTAL = 'https://portal.example.org'
let site: Site
let api: string
beforeAll(async () => {
  site = await startSite({ env: { CORS_ORIGINS: PORTAL } })
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site.stop())

const ID = '0198c5c5-0000-7000-8000-000000000000'
const ROUTES: [method: string, path: string][] = [
  ['GET', `${FILES_PATH}/uploads`],
  ['DELETE', `${FILES_PATH}/uploads/${ID}`],
  ['GET', `${FILES_PATH}/uploads/${ID}/content`],
  ['POST', `${FILES_PATH}/uploads/${ID}/ticket`],
  ['GET', `${FILES_PATH}/quota`],
  ['GET', `${FILES_PATH}/ready`],
  ['PATCH', `${TUS_PATH}/${ID}`],
  ['POST', TUS_PATH],
]

const preflight = (origin: string, method: string, path: string) =>
  fetch(`${api}${path}`, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'authorization',
    },
  })

test.each(ROUTES)('a page of an allowed origin may call %s %s: its preflight needs no token', async (method, path) => {
  const { ok, headers } = await preflight(PORTAL, method, path)
  expect([ok, headers.get('access-control-allow-origin')]).toEqual([true, PORTAL])
  expect(headers.get('access-control-allow-methods')?.split(', ')).toContain(method)
  expect(headers.get('access-control-allow-headers')?.split(', ')).toEqual(
    expect.arrayContaining(['Authorization', 'Content-Type', 'Range', 'Upload-Offset', 'X-Request-ID']),
  )
  expect(headers.get('access-control-allow-credentials')).toBeNull()
})

test.each(ROUTES)('a page of another origin may not call %s %s', async (method, path) => {
  const { headers } = await preflight('https://elsewhere.example.org', method, path)
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect(headers.get('access-control-allow-methods')).toBeNull()
})

test('OPTIONS that is no preflight goes its way, and the answers to the calls can be read', async () => {
  const url = `${api}${FILES_PATH}/uploads`
  expect((await fetch(url, { method: 'OPTIONS', headers: { Origin: PORTAL } })).status).toBe(401)
  const listed = await fetch(url, { headers: { Origin: PORTAL, ...bearer(testToken({ sub: 'kim' })) } })
  expect([listed.status, listed.headers.get('access-control-allow-origin')]).toEqual([200, PORTAL])
})
