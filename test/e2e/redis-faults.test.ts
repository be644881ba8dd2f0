import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPatch } from '../support/open-patch.ts'
import { freePort } from '../support/ports.ts'
import { startLoad } from '../support/redis-load.ts'
import { DURABLE, type RedisProgram, startRedisProgram } from '../support/redis-program.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { FILES_PATH, idOf, send, settled, tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

let redis: RedisProgram
let site: Site
let api: string
const token = testToken({ sub: 'kim' })
const BODY = Buffer.alloc(300_000, '$ comment\n')

beforeAll(async () => {
  const port = await freePort()
  redis = await startRedisProgram({ port, lines: [`port ${port}`, ...DURABLE] })
  site = await startSite({ redisUrl: `redis://127.0.0.1:${port}`, scans: 1, sweeps: 1 })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
})

const ready = async () => (await fetch(`${api}${FILES_PATH}/ready`)).ok
const sizeOf = async (id: string) => (await stat(join(site.root, 'users/kim/.airlock', `${id}.data`))).size

/** A body whose second half comes while Redis takes no writes, and what else is asked for meanwhile. */
async function through(name: string, begin: () => Promise<unknown>, end: () => Promise<unknown>) {
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': String(BODY.length) }))
  const patch = openPatch(api, token, id, BODY.length)
  patch.write(BODY.subarray(0, 100_000))
  await until('the first bytes to be on the disk', async () => (await sizeOf(id)) === 100_000)
  await begin()
  const lines = site.scans[0]?.process.logs.length ?? 0
  const refused = await tus(api, token, 'POST', '', { 'Upload-Length': '5' })
  expect([name, refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([name, 503, true])
  // Soon, before the lease of its lock ends.
  patch.end(BODY.subarray(100_000))
  expect(await patch.answered).toBe(204)
  const withBody = await send(api, token, Buffer.from('x'), { filename: `${name}.k` })
  expect([name, withBody.response.status]).toEqual([name, 503])
  await until('the process not to be ready', async () => !(await ready()))
  expect((await fetch(`${api}${FILES_PATH}/health`)).status).toBe(200)
  // A worker that is refused does not turn in circles.
  expect((site.scans[0]?.process.logs.length ?? 0) - lines).toBeLessThan(50)
  await end()
  await until('the process to be ready', ready)
  expect(await settled(api, token, id)).toMatchObject({ state: 'complete', length: BODY.length })
}

test('Redis is full: creation 503, bytes under way go on, the last is acknowledged, the scan comes when there is room', () =>
  through(
    'full',
    () => redis.client.config('SET', 'maxmemory', '1mb'),
    () => redis.client.config('SET', 'maxmemory', '0'),
  ))

test('Redis has lost the replicas it must have (NOREPLICAS): the same', () =>
  through(
    'alone',
    () => redis.client.config('SET', 'min-replicas-to-write', '1'),
    () => redis.client.config('SET', 'min-replicas-to-write', '0'),
  ))

test('Redis is frozen for three seconds in the middle of a load: nothing is lost, clients see retries only', async () => {
  const load = startLoad(site, 2, 'frozen')
  await load.begun
  process.kill(redis.pid(), 'SIGSTOP')
  await until('a command to time out', async () => !(await ready()))
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  process.kill(redis.pid(), 'SIGCONT')
  await load.sent
  await load.check()
  expect([...load.statuses].filter((status) => ![200, 201, 204, 409, 423, 503].includes(status))).toEqual([])
})

test('none of it was answered as nobody had foreseen it, or written past the logger', () => {
  const logs = [...site.apis, ...site.scans, ...site.sweeps].flatMap(({ process: { logs: lines } }) => lines)
  expect(logs.filter((line) => !line.startsWith('{'))).toEqual([])
})
