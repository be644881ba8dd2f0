import { createHash, randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { get } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { type RequestOptions, request } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { findNginx, makeNginxSite, type NginxSite } from '../support/nginx.ts'
import { freePort } from '../support/ports.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { makeUploadRoot } from '../support/temp.ts'
import { TEST_SECRET, testToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'

type Answer = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string }

const token = testToken({ sub: 'engineer' })
const stops: (() => Promise<unknown>)[] = []
let site: NginxSite
let root: string
let api: RunningProcess

beforeAll(async () => {
  const uploads = await makeUploadRoot()
  root = uploads.root
  stops.push(uploads.remove)
  const [apiPort, realtimePort] = [await freePort(), await freePort()]
  const nginx = await findNginx()
  process.stderr.write(`nginx: ${nginx.label}\n`)
  site = await makeNginxSite(nginx, {
    AIRLOCK_API_SERVERS: `server 127.0.0.1:${apiPort};`,
    AIRLOCK_REALTIME_SERVERS: `server 127.0.0.1:${realtimePort};`,
  })
  stops.push(site.remove)
  await startBackEnds(String(apiPort), String(realtimePort))
  const running = await site.start()
  stops.push(running.stop)
  await until('nginx', async () => (await send('GET', '/')).status === 200)
})

afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
})

async function startBackEnds(API_PORT: string, REALTIME_PORT: string): Promise<void> {
  const env = {
    UPLOAD_ROOT: root,
    REDIS_URL: sharedRedisUrl(),
    REDIS_PREFIX: redisPrefix('nginx'),
    JWT_SECRET_KEY: TEST_SECRET,
    RATE_LIMITS: 'off',
    TRUST_PROXY: '1',
    API_PORT,
    REALTIME_PORT,
  }
  api = await startProcess('services/api/main.ts', env)
  stops.push(api.stop)
  const realtime = await startProcess('services/realtime/main.ts', env)
  stops.push(realtime.stop)
}

/** One request through nginx over TLS, its certificate checked. */
function send(method: string, path: string, headers: Record<string, string> = {}, body?: Buffer): Promise<Answer> {
  const options: RequestOptions = {
    host: '127.0.0.1',
    port: site.httpsPort,
    ca: site.certificate,
    method,
    path,
    headers,
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(options, async (answer) => {
      let text = ''
      for await (const chunk of answer.setEncoding('utf8')) text += chunk
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text })
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

const tusHeaders = { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' }

/** Creates an upload and answers its path. */
async function create(name: string, length: number): Promise<string> {
  const created = await send('POST', '/api/v2/files/upload', {
    ...tusHeaders,
    'upload-length': String(length),
    'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
  })
  expect(created.status).toBe(201)
  const location = new URL(String(created.headers.location), `https://127.0.0.1:${site.httpsPort}`)
  expect(location.origin).toBe(`https://127.0.0.1:${site.httpsPort}`)
  return location.pathname
}

test('the delivered site passes nginx -t', async () => {
  const { code, output } = await site.check()
  expect(output).toContain('test is successful')
  expect(code).toBe(0)
})

test('plain HTTP is sent to HTTPS, method and query kept', async () => {
  const answer = await new Promise<{ status: number | undefined; location: string | undefined }>((resolve, reject) => {
    get({ host: '127.0.0.1', port: site.httpPort, path: '/a?b=c' }, (response) => {
      response.resume()
      resolve({ status: response.statusCode, location: response.headers.location })
    }).once('error', reject)
  })
  expect(answer).toEqual({ status: 308, location: `https://127.0.0.1:${site.httpsPort}/a?b=c` })
})

test('the page: any path, security headers, assets for ever', async () => {
  const page = await send('GET', '/uploads/anything')
  expect(page.body).toContain('<title>Airlock</title>')
  expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' })
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  expect(page.headers['strict-transport-security']).toBeUndefined()
  expect((await send('GET', '/assets/index-abc123.js')).headers['cache-control']).toContain('immutable')
  expect((await send('GET', '/assets/gone.js')).status).toBe(404)
})

test('HTTP/2 is spoken', async () => {
  const session = connectHttp2(`https://127.0.0.1:${site.httpsPort}`, { ca: site.certificate })
  const status = await new Promise((resolve, reject) => {
    session.once('error', reject)
    session
      .request({ ':path': '/api/v2/files/health' })
      .once('response', (headers) => resolve(headers[':status']))
      .resume()
  })
  session.close()
  expect(status).toBe(200)
})

test('an upload goes through whole', async () => {
  const content = randomBytes(8 * 1024 * 1024)
  const path = await create('run 7.k', content.length)
  const sent = await send(
    'PATCH',
    path,
    { ...tusHeaders, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    content,
  )
  expect(sent.status).toBe(204)
  expect(sent.headers['upload-offset']).toBe(String(content.length))
  const staged = await readFile(join(root, 'users/engineer/.airlock', `${path.split('/').at(-1)}.data`))
  expect(createHash('sha256').update(staged).digest('hex')).toBe(createHash('sha256').update(content).digest('hex'))
})

/** Sends the begin of a PATCH's body, waits for 512 KiB of it on the disk, and cuts the connection. */
async function sendPartAndCut(path: string, headers: Record<string, string>, begin: Buffer): Promise<void> {
  const where = { host: '127.0.0.1', port: site.httpsPort, ca: site.certificate }
  const outgoing = request({ ...where, method: 'PATCH', path, headers, agent: false })
  const broken = new Promise((resolve) => outgoing.once('error', resolve))
  outgoing.write(begin)
  const staged = join(root, 'users/engineer/.airlock', `${path.split('/').at(-1)}.data`)
  await until('the first half on the disk', async () => (await stat(staged)).size >= 512 * 1024)
  outgoing.destroy(new Error('cut'))
  await broken
}

test('bytes reach the disk while the request is still open: nothing is buffered', async () => {
  const path = await create('slow.k', 2 * 1024 * 1024)
  const headers = {
    ...tusHeaders,
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
    'content-length': String(2 * 1024 * 1024),
  }
  await sendPartAndCut(path, headers, Buffer.alloc(1024 * 1024))
  const offset = await until('the offset after the cut', async () => {
    const head = await send('HEAD', path, tusHeaders)
    return head.status === 200 ? Number(head.headers['upload-offset']) : undefined
  })
  expect(offset).toBeGreaterThanOrEqual(512 * 1024)
  expect(offset).toBeLessThanOrEqual(1024 * 1024)
})

const ietfHeaders = { authorization: `Bearer ${token}`, 'upload-draft-interop-version': '6' }
const part = (offset: number, complete: string) => ({
  ...ietfHeaders,
  ...{ 'upload-offset': String(offset), 'upload-complete': complete, 'content-type': 'application/partial-upload' },
})

// nginx 1.22 takes a 104 for the final answer: on HTTP/1.1 the client waits for ever, on HTTP/2 it is a protocol error.
test('an IETF upload in one request goes through whole: no 104 gets in its way', async () => {
  const content = randomBytes(100_000)
  const created = await send('POST', '/api/v2/files/upload', { ...ietfHeaders, 'upload-complete': '?1' }, content)
  expect([created.status, created.headers['upload-complete'], created.headers['upload-offset']]).toEqual([
    201,
    '?1',
    String(content.length),
  ])

  const session = connectHttp2(`https://127.0.0.1:${site.httpsPort}`, { ca: site.certificate })
  const stream = session.request({
    ...ietfHeaders,
    ...{ ':method': 'POST', ':path': '/api/v2/files/upload', 'upload-complete': '?1' },
  })
  const status = new Promise((resolve, reject) => {
    session.once('error', reject)
    stream.once('error', reject).once('response', (headers) => resolve(headers[':status']))
  })
  stream.resume().end(content)
  expect(await status).toBe(201)
  session.close()
})

test('an IETF upload begun empty is resumed after its connection was lost', async () => {
  const content = randomBytes(2 * 1024 * 1024)
  const created = await send('POST', '/api/v2/files/upload', { ...ietfHeaders, 'upload-complete': '?0' })
  expect([created.status, created.headers['upload-complete']]).toEqual([201, '?0'])
  const path = new URL(String(created.headers.location), `https://127.0.0.1:${site.httpsPort}`).pathname
  await sendPartAndCut(
    path,
    { ...part(0, '?1'), 'content-length': String(content.length) },
    content.subarray(0, 1024 * 1024),
  )
  const head = await send('HEAD', path, ietfHeaders)
  const offset = Number(head.headers['upload-offset'])
  expect([head.status, head.headers['upload-complete']]).toEqual([204, '?0'])
  expect(offset).toBeGreaterThanOrEqual(512 * 1024)
  expect((await send('PATCH', path, part(offset, '?1'), content.subarray(offset))).status).toBe(201)
  const staged = await readFile(join(root, 'users/engineer/.airlock', `${path.split('/').at(-1)}.data`))
  expect(staged.equals(content)).toBe(true)
})

test('the WebSocket handshake goes through; without a token it is 401', async () => {
  const open = (query: string) =>
    new WebSocket(`wss://127.0.0.1:${site.httpsPort}/ws${query}`, { ca: site.certificate })
  const socket = open(`?token=${token}`)
  const first = await new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve(String(data)))
    socket.once('error', reject)
  })
  socket.close()
  expect(JSON.parse(first)).toMatchObject({ type: 'snapshot' })

  const refused = open('')
  const error = await new Promise<Error>((resolve) => refused.once('error', resolve))
  expect(error.message).toContain('401')
})

test('no log holds a token', async () => {
  await until('the log line of the socket', async () => (await site.logs()).includes('"GET /ws" 101'))
  expect(await site.logs()).not.toContain(token)
})
