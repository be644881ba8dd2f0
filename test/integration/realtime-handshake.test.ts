import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { testToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import { connectIo, connectWs, type Listener, type Realtime, startRealtime, userToken } from './realtime-support.ts'

let realtime: Realtime
/** Sockets whose token ends while the other tests run: opened first, looked at last, with time enough to be opened. */
let shortLived: Promise<Listener[]>

beforeAll(async () => {
  realtime = await startRealtime(sharedRedisUrl(), redisPrefix('handshake'), {
    CORS_ORIGINS: 'https://portal.example.org',
    LOG_LEVEL: 'trace',
  })
  const token = testToken({ sub: 'short', expiresIn: 6 })
  shortLived = Promise.all([connectWs(realtime, token), connectIo(realtime, token)])
  shortLived.catch(() => undefined)
})

afterAll(async () => {
  expect(await realtime.stop()).toBe(0)
})

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': Buffer.alloc(16).toString('base64'),
}

/** The answer to a WebSocket handshake, as it comes over the wire. */
async function handshake(path: string, headers: Record<string, string> = {}) {
  const asked = request(`${realtime.url}${path}`, { headers: { ...UPGRADE, ...headers } })
  asked.end()
  const [answer] = await Promise.race([once(asked, 'response'), once(asked, 'upgrade')])
  if (answer.statusCode === 101) {
    asked.destroy()
    return { status: 101, body: undefined, challenge: undefined }
  }
  const text = (await answer.toArray()).join('')
  return {
    status: answer.statusCode,
    body: text.startsWith('{') ? JSON.parse(text) : text,
    challenge: answer.headers['www-authenticate'],
  }
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = { sub: 'ada', permissions: ['dashboard'], exp: 9_999_999_999 }
const unsigned = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`
const otherKey = testToken({ sub: 'ada' }, 'another-secret-of-another-site-altogether')
const otherAlgorithm = (() => {
  const head = `${part({ alg: 'HS512', typ: 'JWT' })}.${part(claims)}`
  return `${head}.${createHmac('sha512', 'x').update(head).digest('base64url')}`
})()

const refusals: [name: string, token: string | undefined, status: number, code: string][] = [
  ['a missing token', undefined, 401, 'missing_token'],
  ['an empty token', '', 401, 'missing_token'],
  ['a malformed token', 'abc', 401, 'invalid_token'],
  ['an expired token', testToken({ sub: 'ada', expiresIn: -10 }), 401, 'token_expired'],
  ['an unsigned token (alg none)', unsigned, 401, 'invalid_token'],
  ['a token of another key', otherKey, 401, 'invalid_token'],
  ['a token of another algorithm', otherAlgorithm, 401, 'invalid_token'],
  ['a name that is no user name', testToken({ sub: '../etc' }), 401, 'unsafe_subject'],
  ['a token without the permission', testToken({ sub: 'ada', permissions: [] }), 403, 'missing_permission'],
]

describe.each(refusals)('%s', (_name, token, status, code) => {
  test('is refused at the handshake of /ws', async () => {
    const { status: given, body, challenge } = await handshake(token === undefined ? '/ws' : `/ws?token=${token}`)
    expect({ status: given, code: body.code }).toEqual({ status, code })
    expect(Object.keys(body)).toEqual(['error', 'code', 'message', 'request_id'])
    expect(challenge).toEqual(status === 401 ? expect.stringMatching(/^Bearer realm=/) : undefined)
  })

  test('is a connect_error with its code on Socket.IO', async () => {
    await expect(connectIo(realtime, token as string)).rejects.toMatchObject({ data: { code } })
  })
})

test('the token may come as a header', async () => {
  expect(await handshake('/ws', { authorization: `Bearer ${userToken('ada')}` })).toMatchObject({ status: 101 })
})

test.each([
  [undefined, 101],
  ['http://127.0.0.1:3010', 101],
  ['https://portal.example.org', 101],
  ['https://evil.example.org', 403],
  ['null', 403],
])('Origin %s → %i', async (origin, status) => {
  const answer = await handshake(`/ws?token=${userToken('ada')}`, origin === undefined ? {} : { origin })
  expect(answer.status).toBe(status)
  const socketIo = await handshake('/socket.io/?EIO=4&transport=websocket', origin === undefined ? {} : { origin })
  // Engine.IO refuses every upgrade with 400.
  expect(socketIo.status).toBe(status === 403 ? 400 : status)
})

test('an unknown path is 404, long polling is refused', async () => {
  expect((await handshake(`/other?token=${userToken('ada')}`)).status).toBe(404)
  expect((await fetch(`${realtime.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(400)
})

test('what a client says is ignored; what is too long closes its socket', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${realtime.port}/ws?token=${userToken('ada')}`)
  await once(socket, 'message')
  socket.send('{"type":"upload_state"}')
  socket.send(Buffer.alloc(4_096))
  socket.send('x'.repeat(4_097))
  expect((await once(socket, 'close'))[0]).toBe(1009)
  expect((await fetch(`${realtime.url}/health`)).ok).toBe(true)
})

test('when the token ends, the socket is told and closed', async () => {
  const [plain, socketIo] = await shortLived
  await until('both ends', () => (plain?.ends.length ?? 0) > 0 && (socketIo?.ends.length ?? 0) > 1)
  expect(plain?.ends).toEqual(['4401 token expired'])
  expect(socketIo?.ends).toEqual(['session_expired', 'io server disconnect'])
})

test('no token stands in the log', () => {
  expect(realtime.logs.join('\n')).not.toMatch(/eyJ/)
})
