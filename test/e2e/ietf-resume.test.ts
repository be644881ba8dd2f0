import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { type IetfRequest, idIn, ietf, PARTIAL } from '../support/ietf.ts'
import { RawConnection } from '../support/raw-http.ts'
import { type Member, type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, settled, TUS_PATH } from '../support/tus.ts'
import { until } from '../support/until.ts'

let site: Site
/** Waits for the dead process's lease (8 s): begun first, looked at last. */
let killed: Promise<void>
const token = testToken({ sub: 'kim' })
const body = Buffer.concat([Buffer.from('$ data\n'), randomBytes(3 * MIB)])
const half = Math.floor(body.length / 2)

beforeAll(async () => {
  site = await startSite({ apis: 3, scans: 1 })
  killed = killInTheMiddle()
  killed.catch(() => undefined)
})
afterAll(() => site.stop())

const api = (n: number): Member => {
  const member = site.apis[n]
  if (member === undefined) throw new Error('no api')
  return member
}
const staged = (id: string, owner = 'kim') => join(site.root, 'users', owner, '.airlock', `${id}.data`)
const whole = (version: number, more: Record<string, string> = {}, owner = 'kim') => ({
  ...bearer(testToken({ sub: owner })),
  'Upload-Draft-Interop-Version': String(version),
  'Upload-Complete': '?1',
  'Content-Length': String(body.length),
  ...more,
})
const ask = (n: number, version: number, request: IetfRequest, owner = 'kim') =>
  ietf(api(n).url, testToken({ sub: owner }), version, request)
const rest = (id: string, offset: number): IetfRequest => ({
  method: 'PATCH',
  path: `/${id}`,
  headers: { ...PARTIAL, 'Upload-Complete': '?1', 'Upload-Offset': String(offset) },
  body: body.subarray(offset),
})
const reserved = async () => {
  const quota = await fetch(`${api(1).url}${FILES_PATH}/quota`, { headers: bearer(token) })
  return ((await quota.json()) as { reserved: number }).reserved
}

/** Begins a whole upload as URLSession does, learns its URL from the 104 and sends a part of it. */
async function begin(version: number, sent: number, at = 0, owner = 'kim') {
  const connection = await RawConnection.open(api(at).url)
  connection.begin('POST', `${TUS_PATH}?filename=data-${version}-${sent}.dat`, whole(version, {}, owner))
  connection.write(body.subarray(0, sent))
  const interim = await connection.answer()
  expect([interim.status, interim.headers['upload-draft-interop-version']]).toEqual([104, String(version)])
  const id = idIn(interim)
  await until('the first part', async () => (await stat(staged(id, owner))).size === sent)
  return { connection, id }
}

async function goOn(id: string, version: number, offset: number, owner = 'kim'): Promise<void> {
  const head = await ask(1, version, { method: 'HEAD', path: `/${id}` }, owner)
  expect([head.status, head.headers['upload-complete']]).toEqual([204, '?0'])
  expect([head.headers['upload-offset'], head.headers['upload-length']]).toEqual([String(offset), String(body.length)])
  const last = await ask(1, version, rest(id, offset), owner)
  expect([last.status, last.headers['upload-complete']]).toEqual([201, '?1'])
  const view = await settled(api(1).url, testToken({ sub: owner }), id)
  expect(view).toMatchObject({ state: 'complete', length: body.length })
  expect((await readFile(join(site.root, 'users', owner, 'jobs/inbox', view.path))).equals(body)).toBe(true)
}

async function killInTheMiddle(): Promise<void> {
  const { connection, id } = await begin(10, half, 2, 'lee')
  api(2).process.kill('SIGKILL')
  await api(2).process.exited
  connection.cut()
  await goOn(id, 10, half, 'lee')
}

test.each([6, 10])('version %d: cut off in the middle, it goes on at another process', async (version) => {
  const { connection, id } = await begin(version, half)
  connection.cut()
  await goOn(id, version, half)
})

test.each([6, 10])('version %d: a HEAD elsewhere ends a request that hangs, with all that came', async (version) => {
  const { connection, id } = await begin(version, half + 1)
  const head = await ask(1, version, { method: 'HEAD', path: `/${id}` })
  expect(head.headers['upload-offset']).toBe(String(half + 1))
  const ended = await connection.answer()
  expect([ended.status, ended.headers['upload-offset']]).toEqual([503, String(half + 1)])
  connection.cut()
  await goOn(id, version, half + 1)
})

test('SIGTERM in the middle: the client is told where it is, and goes on at another process', async () => {
  const { connection, id } = await begin(6, half + 3)
  api(0).process.kill('SIGTERM')
  const answer = await connection.answer()
  connection.socket.end()
  expect(answer.headers).toMatchObject({ 'upload-offset': String(half + 3), location: `${TUS_PATH}/${id}` })
  expect(answer.status).toBe(503)
  expect(await api(0).process.exited).toEqual({ code: 0, signal: null })
  await goOn(id, 6, half + 3)
  api(0).process = await api(0).start()
})

test('the lock lost in the middle: what was told of in the 104 stays, and goes on', async () => {
  const { connection, id } = await begin(10, half + 5)
  const redis = new Redis(site.env.REDIS_URL ?? '')
  const lock = createKeys(site.env.REDIS_PREFIX ?? '').lock(id)
  await redis.set(lock, 'of another process')
  const answer = await connection.answer()
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([423, 'lock_lost'])
  await redis.del(lock)
  redis.disconnect()
  connection.cut()
  await goOn(id, 10, half + 5)
})

test('cancelled while it is being received: nothing of it is left, and its room is free', async () => {
  const { connection, id } = await begin(10, half + 4)
  expect((await ask(1, 10, { method: 'DELETE', path: `/${id}` })).status).toBe(204)
  await connection.answer().catch(() => undefined)
  connection.cut()
  await expect(stat(staged(id))).rejects.toThrow('ENOENT')
  expect(await reserved()).toBe(0)
})

test('behind a proxy no interim response is sent; cut off then, nobody could go on, so its room is given back', async () => {
  for (const [name, value] of [
    ['X-Forwarded-For', '10.0.0.1'],
    ['Via', '1.1 gate'],
    ['Forwarded', 'for=10.0.0.1'],
  ] as const) {
    const connection = await RawConnection.open(api(0).url)
    connection.begin('POST', TUS_PATH, whole(6, { [name]: value }))
    connection.write(body.subarray(0, half))
    await until('its reservation', async () => (await reserved()) === body.length)
    connection.cut()
    await until('its room back', async () => (await reserved()) === 0)

    const whole104 = await ietf(api(0).url, token, 6, { headers: { 'Upload-Complete': '?1', [name]: value }, body })
    expect([whole104.status, whole104.interims]).toEqual([201, []])
  }
})

test('HTTP/1.0 has no interim responses', async () => {
  const connection = await RawConnection.open(api(0).url)
  connection.begin('POST', TUS_PATH, whole(6), '1.0')
  connection.write(body)
  expect((await connection.exchange()).interims).toEqual([])
  connection.cut()
})

test('"Expect: 100-continue" gets its 100 too, after the 104 and before any byte', async () => {
  const connection = await RawConnection.open(api(0).url)
  connection.begin('POST', TUS_PATH, whole(10, { Expect: '100-continue' }))
  expect([(await connection.answer()).status, (await connection.answer()).status]).toEqual([104, 100])
  connection.write(body)
  expect((await connection.answer()).status).toBe(201)
  connection.cut()
})

test('pipelined requests keep their order, interim responses included', async () => {
  const connection = await RawConnection.open(api(0).url)
  for (const n of [1, 2, 3]) {
    connection.begin('POST', `${TUS_PATH}?filename=pipelined-${n}.dat`, whole(10))
    connection.write(body)
    connection.begin('HEAD', `${TUS_PATH}/nothing`, { ...bearer(token), 'Upload-Draft-Interop-Version': '10' })
  }
  for (const n of [1, 2, 3]) {
    const created = await connection.exchange()
    expect(created.status).toBe(201)
    expect(created.interims.map(({ status, headers }) => [status, headers.location])).toEqual([
      [104, created.headers.location],
    ])
    const view = await settled(api(0).url, token, idIn(created))
    expect(view.path).toBe(`pipelined-${n}.dat`)
    expect((await connection.exchange(true)).status).toBe(404)
  }
  connection.cut()
})

test('the process killed in the middle: another one knows the offset, and the append goes on', async () => {
  await killed
})

test('nothing is reserved in the end, and no interruption was logged as a fault', async () => {
  expect(await reserved()).toBe(0)
  const lines = site.apis.flatMap(({ process }) => process.logs)
  expect(lines.filter((line) => line.includes('"level":50'))).toEqual([])
})
