import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { elfFile } from '../support/archives/executables.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, idOf, settled, TUS_PATH, tus, viewOf } from '../support/tus.ts'
import { until } from '../support/until.ts'

let site: Site
beforeAll(async () => {
  site = await startSite({ apis: 2, scans: 1, sweeps: 1 })
})
afterAll(() => site.stop())

const token = testToken({ sub: 'mallory' })
const api = (i: number) => site.apis[i]?.url ?? ''
const stream = (offset: number) => ({
  'Content-Type': 'application/offset+octet-stream',
  'Upload-Offset': String(offset),
})

/** A request whose body is sent piece by piece. */
function open(base: string, method: string, path: string, headers: Record<string, string>) {
  const req = request(`${base}${TUS_PATH}${path}`, {
    method,
    headers: { ...bearer(token), 'Tus-Resumable': '1.0.0', ...headers },
  })
  const answer = new Promise<{ status: number; offset: string | undefined }>((resolve, reject) => {
    req
      .on('response', (res) =>
        resolve({ status: res.resume().statusCode ?? 0, offset: String(res.headers['upload-offset']) }),
      )
      .on('error', reject)
  })
  return { req, answer }
}

test('the body of a creation cannot come behind the back of another request, and so not behind the back of the scan', async () => {
  const evil = elfFile()
  const size = evil.length
  const { req, answer } = open(api(0), 'POST', '', {
    'Upload-Length': String(size),
    'Content-Type': 'application/offset+octet-stream',
    'Content-Length': String(size),
  })
  req.flushHeaders()
  const id = await until('the id to be known', async () => {
    const page = await fetch(`${api(1)}${FILES_PATH}/uploads?state=receiving`, { headers: bearer(token) })
    return ((await page.json()) as { uploads: UploadView[] }).uploads[0]?.id
  })
  // Asked to let go, the creation ends where it is: without a byte, and with that acknowledged.
  const patched = await tus(api(1), token, 'PATCH', `/${id}`, stream(0), Buffer.alloc(size, '$ harmless\n'))
  expect(patched.status).toBe(204)
  expect(await answer).toEqual({ status: 201, offset: '0' })
  req.on('error', () => undefined)
  req.end(evil)
  expect(await settled(api(0), token, id)).toMatchObject({ state: 'complete' })
  const content = await fetch(`${api(0)}${FILES_PATH}/uploads/${id}/content`, { headers: bearer(token) })
  expect(await content.text()).toBe(Buffer.alloc(size, '$ harmless\n').toString())
})

test('DELETE ends a PATCH under way first: nobody is told of bytes that are gone, and only the record is left', async () => {
  const id = idOf(await tus(api(0), token, 'POST', '', { 'Upload-Length': '1000000' }))
  const { req, answer } = open(api(0), 'PATCH', `/${id}`, { ...stream(0), 'Content-Length': '1000000' })
  req.on('error', () => undefined)
  req.write(Buffer.alloc(400_000))
  await until('bytes', async () => (await viewOf(api(1), token, id)).state === 'receiving')
  const removed = await fetch(`${api(1)}${FILES_PATH}/uploads/${id}`, { method: 'DELETE', headers: bearer(token) })
  expect(removed.status).toBe(204)
  const { status, offset } = await answer
  expect([status, Number(offset) < 1_000_000]).toEqual([204, true])
  req.destroy()
  expect((await tus(api(0), token, 'HEAD', `/${id}`)).status).toBe(404)
  const left = await readdir(join(site.root, 'users/mallory/.airlock'))
  expect(left.filter((name) => name.startsWith(id))).toEqual([`${id}.json`])
})

test('each body moves the clock of its upload: received bytes and idle time are known after it', async () => {
  const id = idOf(await tus(api(0), token, 'POST', '', { 'Upload-Length': '3000' }))
  for (const offset of [0, 1000]) {
    expect((await tus(api(0), token, 'PATCH', `/${id}`, stream(offset), Buffer.alloc(1000))).status).toBe(204)
    expect((await viewOf(api(1), token, id)).received).toBe(offset + 1000)
  }
})

test('a creation that names the type of a body it does not have is a creation', async () => {
  const type = { 'Content-Type': 'application/offset+octet-stream' }
  expect((await tus(api(0), token, 'POST', '', { 'Upload-Length': '5', ...type })).status).toBe(201)
  const empty = await tus(api(0), token, 'POST', '', { 'Upload-Length': '0', ...type })
  expect(empty.status).toBe(201)
  expect((await settled(api(0), token, idOf(empty))).state).toBe('complete')
})

test('a creation that fails leaves neither an upload nor a reservation', async () => {
  const reserved = async () =>
    ((await (await fetch(`${api(0)}${FILES_PATH}/quota`, { headers: bearer(token) })).json()) as { reserved: number })
      .reserved
  const before = await reserved()
  const type = { 'Content-Type': 'application/offset+octet-stream' }
  expect((await tus(api(0), token, 'POST', '', { 'Upload-Length': '2', ...type }, Buffer.from('abc'))).status).toBe(413)
  expect(
    (await tus(api(0), token, 'POST', '', { 'Upload-Length': '5', 'Content-Type': 'text/plain' }, Buffer.from('hello')))
      .status,
  ).toBe(415)
  const wrong = await tus(
    api(0),
    token,
    'POST',
    '',
    { 'Upload-Length': '5', ...type, 'Upload-Checksum': 'sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
    Buffer.from('hello'),
  )
  expect(wrong.status).toBe(460)
  expect(await reserved()).toBe(before)
})
