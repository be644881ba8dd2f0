import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { truncate } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bareEnv } from '../support/bare-env.ts'
import { freePort } from '../support/ports.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { REPOSITORY } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { uploadRecord } from '../support/upload-record.ts'
import { openUploads, type UploadsHere } from '../support/uploads-here.ts'

let here: UploadsHere
let env: Record<string, string>
beforeEach(async () => {
  const prefix = redisPrefix('command')
  here = await openUploads(prefix)
  env = { UPLOAD_ROOT: here.root, REDIS_URL: sharedRedisUrl(), REDIS_PREFIX: prefix }
})
afterEach(() => here.close())

const airlock = (...args: string[]) => begin(...args).ended

function begin(...args: string[]) {
  const main = join(REPOSITORY, 'services/cli/main.ts')
  const options = { env: { ...bareEnv(), ...env } }
  const ending = Promise.withResolvers<{ code: number; out: string; err: string }>()
  const child = execFile(process.execPath, [main, ...args], options, (_error, out, err) =>
    ending.resolve({ code: child.exitCode ?? -1, out, err }),
  )
  return { child, ended: ending.promise }
}

/** Takes connections and never answers, as a frozen Redis does. */
async function silentServer() {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { server, url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

test('airlock rebuild: a dry run changes nothing, then all is put back; a damaged record is told with exit code 1', async () => {
  const good = await here.bringTo(uploadRecord(), 'received')
  const bad = await here.bringTo(uploadRecord(), 'received')
  await truncate(here.layout.record('kim', bad.id), 30)
  await here.flush()

  const dry = await airlock('rebuild', '--dry-run')
  expect(dry).toMatchObject({ code: 1, err: expect.stringContaining(`users/kim/.airlock/${bad.id}.json: Cannot read`) })
  expect(dry.out).toMatch(
    /^1 records .*dry run: nothing is changed\)\n {2}1 would be put back[\s\S]*The index is not whole\.\n$/,
  )
  expect(await here.picture()).toEqual({})

  const done = await airlock('rebuild', '--json')
  expect(done.code).toBe(1)
  expect(JSON.parse(done.out)).toMatchObject({ records: 1, restored: 1, queued: 1, damaged: 1, built: true })
  expect((await here.index.get(good.id))?.record.state).toBe('received')

  expect(await airlock('rebuild')).toMatchObject({
    code: 0,
    out: expect.stringContaining('The index is whole.'),
    err: '',
  })
})

test('a wrong environment or command line: 78 and 64', async () => {
  env = { REDIS_URL: 'http://nowhere' }
  expect(await airlock('rebuild')).toMatchObject({ code: 78, err: expect.stringContaining('UPLOAD_ROOT is missing') })
  expect((await airlock('rebuild', 'x')).code).toBe(64)
})

test('a Redis that does not answer, or is not there: told within a limit, 70; a signal ends the waiting', async () => {
  const frozen = await silentServer()
  const noAnswer = { code: 70, err: expect.stringContaining('airlock: Cannot reach Redis: no answer within 8 s') }
  env = { ...env, REDIS_URL: frozen.url }
  const waiting = airlock('rebuild')
  const interrupted = begin('rebuild')
  env = { ...env, REDIS_URL: `redis://127.0.0.1:${await freePort()}` }
  const away = airlock('rebuild', '--dry-run')
  await twice(frozen.server)
  interrupted.child.kill('SIGTERM')
  expect(await interrupted.ended).toMatchObject({ code: 130, err: expect.stringContaining('interrupted') })
  expect(await waiting).toMatchObject(noAnswer)
  expect(await away).toMatchObject({ ...noAnswer, err: expect.stringContaining('ECONNREFUSED') })
  frozen.close()
})

/** Both have connected. */
const twice = (server: Server) => until('two connections', async () => connectionsOf(server).then((n) => n >= 2))
const connectionsOf = (server: Server) =>
  new Promise<number>((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  )
