import { stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import { RawConnection } from '../support/raw-http.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, idOf, TUS_PATH, tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

let site: Site
let api: string
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  site = await startSite()
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site.stop())

type Answer = { status: number; continued: boolean; sent: number }

/** Sends a PATCH whose body goes on until the server closes, and tells how much it took. */
function pour(path: string, headers: Record<string, string>, expect: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': String(10_000 * MIB),
    }
    const req = request(`${api}${TUS_PATH}${path}`, {
      method: 'PATCH',
      headers: { ...all, ...headers, ...(expect ? { Expect: '100-continue' } : {}) },
    })
    let continued = false
    let status = 0
    let sent = 0
    const chunk = Buffer.alloc(MIB)
    const more = () => {
      while (!req.destroyed && sent < 2_000 * MIB) {
        sent += chunk.length
        if (!req.write(chunk)) return void req.once('drain', more)
      }
    }
    req.on('continue', () => {
      continued = true
      more()
    })
    req.on('response', (res) => {
      status = res.statusCode ?? 0
      res.resume()
    })
    req.on('error', (error) => (status === 0 ? reject(error) : undefined))
    req.on('close', () => resolve({ status, continued, sent }))
    if (expect) req.flushHeaders()
    else more()
  })
}

const unknown = '/0198c5c5-0000-7000-8000-000000000000'

test('a body that nobody wants is answered and cut off, not read to its end', async () => {
  for (const [path, headers, status] of [
    [unknown, {}, 401],
    [unknown, bearer(token), 404],
    [unknown, { ...bearer(token), 'Tus-Resumable': '9' }, 412],
    [unknown, { ...bearer(token), 'Content-Type': 'text/plain' }, 415],
  ] as const) {
    const answer = await pour(path, headers, false)
    expect([status, answer.status]).toEqual([status, status])
    expect(answer.sent).toBeLessThan(100 * MIB)
  }
})

test('Expect: 100-continue is answered only after JWT, headers and admission have passed', async () => {
  expect(await pour(unknown, {}, true)).toEqual({ status: 401, continued: false, sent: 0 })
  expect(await pour(unknown, bearer(token), true)).toEqual({ status: 404, continued: false, sent: 0 })
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '5' }))
  expect(await pour(`/${id}`, bearer(token), true)).toMatchObject({ status: 413, continued: false })
  expect(await pour(`/${id}`, { ...bearer(token), 'Upload-Offset': '3' }, true)).toMatchObject({
    status: 409,
    continued: false,
  })
})

test('with Expect: 100-continue a good body is asked for and taken', async () => {
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '5' }))
  const { hostname, port } = new URL(api)
  const lines = [
    `PATCH ${TUS_PATH}/${id} HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${token}`,
    'Tus-Resumable: 1.0.0',
    'Upload-Offset: 0',
    'Content-Type: application/offset+octet-stream',
    'Content-Length: 5',
    'Expect: 100-continue',
  ]
  const said = await new Promise<string>((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.write(`${lines.join('\r\n')}\r\n\r\n`))
    socket.on('error', reject).on('data', (data) => {
      text += data
      if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('hello')
      if (text.includes('204 No Content')) {
        socket.destroy()
        resolve(text)
      }
    })
  })
  expect(said).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 204 No Content\r\n/)
  expect(said).toMatch(/upload-offset: 5/i)
})

test.each([
  [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ['GIT / HTTP/1.1\r\n\r\n', 400, 'bad_request'],
])('what is no request is answered in the form of all other errors: %.20s', async (text, status, code) => {
  const socket = connect(Number(new URL(api).port), '127.0.0.1')
  socket.write(text)
  const answer = Buffer.concat(await socket.toArray()).toString()
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(JSON.parse(body)).toMatchObject({ code, message: expect.any(String), request_id: expect.any(String) })
})

test('a connection that ends in the middle of a body is told nothing: a 400 would tell its client to give up', async () => {
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '1000' }))
  const socket = connect({ port: Number(new URL(api).port), host: '127.0.0.1', allowHalfOpen: true })
  let answer = ''
  socket.on('data', (chunk) => (answer += chunk))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  const head = ['Host: airlock', `Authorization: Bearer ${token}`, 'Tus-Resumable: 1.0.0', 'Upload-Offset: 0']
  const type = ['Content-Type: application/offset+octet-stream', 'Content-Length: 1000']
  socket.write(`PATCH ${TUS_PATH}/${id} HTTP/1.1\r\n${[...head, ...type].join('\r\n')}\r\n\r\n${'x'.repeat(400)}`)
  const staged = join(site.root, 'users/kim/.airlock', `${id}.data`)
  await until('the first bytes', async () => (await stat(staged)).size === 400)
  socket.end()
  await closed
  expect(answer).toBe('')
  expect((await tus(api, token, 'HEAD', `/${id}`)).headers.get('upload-offset')).toBe('400')
})

test.each([
  [{ 'Transfer-Encoding': 'gzip, chunked' }, 501, 'transfer_coding'],
  [{ 'Content-Encoding': 'gzip', 'Content-Length': '5' }, 415, 'content_coding'],
])('a body that is encoded is refused: %o', async (coding, status, code) => {
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '1000' }))
  const type = { 'Content-Type': 'application/offset+octet-stream', 'Tus-Resumable': '1.0.0' }
  for (const [method, path, more] of [
    ['PATCH', `${TUS_PATH}/${id}`, { 'Upload-Offset': '0' }],
    ['POST', TUS_PATH, { 'Upload-Length': '1000' }],
  ] as const) {
    const connection = await RawConnection.open(api)
    connection.begin(method, path, { ...bearer(token), ...type, ...more, ...coding })
    connection.write(status === 501 ? '5\r\nhello\r\n0\r\n\r\n' : 'hello')
    const answer = await connection.exchange()
    expect([answer.status, JSON.parse(answer.body).code, answer.headers['upload-token']]).toEqual([
      status,
      code,
      undefined,
    ])
    connection.cut()
  }
  expect((await tus(api, token, 'HEAD', `/${id}`)).headers.get('upload-offset')).toBe('0')
})

test('a creation that is refused for its body gives no token: there is no upload for it', async () => {
  const headers = { 'Upload-Length': '5', 'Content-Type': 'application/offset+octet-stream' }
  const wrong = { ...headers, 'Upload-Checksum': 'sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }
  const refused = await tus(api, token, 'POST', '', wrong, Buffer.from('hello'))
  expect([refused.status, refused.headers.get('upload-token')]).toEqual([460, null])
})

test('a length told with a body that is refused is not kept: the true one may come after', async () => {
  const deferred = await tus(api, token, 'POST', '', { 'Upload-Defer-Length': '1' })
  const id = idOf(deferred)
  const headers = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
  const short = { ...headers, 'Upload-Length': '3' }
  expect((await tus(api, token, 'PATCH', `/${id}`, short, Buffer.from('hello'))).status).toBe(413)
  const wrong = { ...headers, 'Upload-Length': '7', 'Upload-Checksum': 'sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }
  expect((await tus(api, token, 'PATCH', `/${id}`, wrong, Buffer.from('hello'))).status).toBe(460)
  const connection = await RawConnection.open(api)
  const inChunks = { ...bearer(token), 'Tus-Resumable': '1.0.0', ...short, 'Transfer-Encoding': 'chunked' }
  connection.begin('PATCH', `${TUS_PATH}/${id}`, inChunks)
  connection.write('5\r\nhello\r\n0\r\n\r\n')
  expect((await connection.exchange()).status).toBe(413)
  connection.cut()
  const head = await tus(api, token, 'HEAD', `/${id}`)
  expect(['upload-offset', 'upload-length', 'upload-defer-length'].map((name) => head.headers.get(name))).toEqual([
    '0',
    null,
    '1',
  ])
  const right = { ...headers, 'Upload-Length': '5' }
  expect((await tus(api, token, 'PATCH', `/${id}`, right, Buffer.from('hello'))).status).toBe(204)
})
