import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { FILES_PATH, idOf, TUS_PATH, tus } from '../support/tus.ts'

let site: Site
let api: string
const kim = testToken({ sub: 'kim' })
beforeAll(async () => {
  site = await startSite({ apis: 2 })
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site.stop())

async function create(): Promise<{ id: string; token: string }> {
  const response = await tus(api, kim, 'POST', '', { 'Upload-Length': '10' })
  return { id: idOf(response), token: response.headers.get('upload-token') ?? '' }
}
/** A request that carries the capability and, perhaps, a login token that has run out. */
const by = (
  token: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
  base = api,
) =>
  fetch(`${base}${path}`, {
    method,
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Token': token, ...headers },
    ...(body === undefined ? {} : { body }),
  })
const stream = (offset: number) => ({
  'Content-Type': 'application/offset+octet-stream',
  'Upload-Offset': String(offset),
})
const expired = { Authorization: `Bearer ${testToken({ sub: 'kim', expiresIn: -10 })}` }

test('HEAD, PATCH and DELETE of the one upload, on any instance, also when the login token has run out', async () => {
  const { id, token } = await create()
  const other = site.apis[1]?.url
  expect((await by(token, 'HEAD', `${TUS_PATH}/${id}`)).status).toBe(200)
  expect((await by(token, 'PATCH', `${TUS_PATH}/${id}`, { ...stream(0), ...expired }, 'hello', other)).status).toBe(204)
  expect((await by(token, 'HEAD', `${TUS_PATH}/${id}`, expired, undefined, other)).headers.get('upload-offset')).toBe(
    '5',
  )
  expect((await by(token, 'DELETE', `${TUS_PATH}/${id}`)).status).toBe(204)
  expect((await by(token, 'HEAD', `${TUS_PATH}/${id}`)).status).toBe(404)
})

test('no other right: not another upload, not a creation, not the list, not a download', async () => {
  const { id, token } = await create()
  const another = await create()
  expect((await by(token, 'HEAD', `${TUS_PATH}/${another.id}`)).status).toBe(401)
  expect((await by(token, 'POST', TUS_PATH, { 'Upload-Length': '1' })).status).toBe(401)
  for (const path of ['/uploads', `/uploads/${id}`, `/uploads/${id}/content`, '/quota', `/upload/${id}`]) {
    expect([path, (await by(token, 'GET', `${FILES_PATH}${path}`)).status]).toEqual([path, 401])
  }
  for (const wrong of [
    '',
    'x',
    token.slice(1),
    `${token}A`,
    token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
  ]) {
    expect((await by(wrong, 'HEAD', `${TUS_PATH}/${id}`)).status).toBe(401)
  }
  expect((await by(token, 'HEAD', `${TUS_PATH}/0198c5c5-0000-7000-8000-000000000000`)).status).toBe(401)
})

test('a query, an escape or a slash behind the id changes nothing, by login token or Upload-Token', async () => {
  const login = { Authorization: `Bearer ${kim}`, 'Tus-Resumable': '1.0.0' }
  for (const spell of [
    (id: string) => `${id}?x=1`,
    (id: string) => `${id}/`,
    (id: string) => id.replace('-', '%2D'),
    (id: string) => `${id}/?x=1&y=/z`,
  ]) {
    const { id, token } = await create()
    const path = `${TUS_PATH}/${spell(id)}`
    expect((await by(token, 'PATCH', path, stream(0), 'hello')).status).toBe(204)
    for (const headers of [login, { 'Tus-Resumable': '1.0.0', 'Upload-Token': token }]) {
      const head = await fetch(`${api}${path}`, { method: 'HEAD', headers })
      expect([path, head.status, head.headers.get('upload-offset')]).toEqual([path, 200, '5'])
    }
    const patch = { method: 'PATCH', headers: { ...login, ...stream(5) }, body: 'worl' }
    expect((await fetch(`${api}${path}`, patch)).status).toBe(204)
    expect((await by(token, 'DELETE', path)).status).toBe(204)
  }
  const { token } = await create()
  expect((await by(token, 'HEAD', `${TUS_PATH}/%E0%A4%A`)).status).toBe(401)
})

test('only its digest is kept, and nothing of it is shown', async () => {
  const { id, token } = await create()
  const record = await readFile(join(site.root, 'users/kim/.airlock', `${id}.json`), 'utf8')
  expect(record).not.toContain(token)
  expect(record).toContain('token_sha256')
  const view = await (
    await fetch(`${api}${FILES_PATH}/uploads/${id}`, { headers: { Authorization: `Bearer ${kim}` } })
  ).text()
  expect(view).not.toMatch(/token/)
  expect(site.apis.flatMap(({ process }) => process.logs).join('\n')).not.toContain(token)
})
