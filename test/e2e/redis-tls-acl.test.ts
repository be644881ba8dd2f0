import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLIENT_AUTH, SERVER_AUTH, selfSigned } from '../../infra/tls/self-signed.ts'
import { bareEnv } from '../support/bare-env.ts'
import { listen } from '../support/listener.ts'
import { freePort } from '../support/ports.ts'
import { startProcess } from '../support/processes.ts'
import { startLoad } from '../support/redis-load.ts'
import { DURABLE, type RedisProgram, startRedisProgram } from '../support/redis-program.ts'
import { REPOSITORY } from '../support/repository.ts'
import { type Site, startSite } from '../support/site.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'
import { testToken } from '../support/tokens.ts'
import { tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

const PREFIX = 'airlock'
let folder: TempFolder
let redis: RedisProgram
let site: Site

beforeAll(async () => {
  folder = await makeTempFolder('tls')
  const { certificate, key } = selfSigned(['localhost', '127.0.0.1'], new Date(Date.now() - 60_000), 1, [
    SERVER_AUTH,
    CLIENT_AUTH,
  ])
  const [certFile, keyFile] = [join(folder.path, 'redis.crt'), join(folder.path, 'redis.key')]
  await Promise.all([writeFile(certFile, certificate), writeFile(keyFile, key)])
  const port = await freePort()
  const tls = [`tls-port ${port}`, 'port 0', `tls-cert-file ${certFile}`, `tls-key-file ${keyFile}`]
  const lines = [...tls, `tls-ca-cert-file ${certFile}`, 'tls-auth-clients yes', await aclLine(), 'user default off']
  const admin = 'user admin on >admin-secret ~* &* +@all'
  redis = await startRedisProgram({
    port,
    lines: [...lines, admin, ...DURABLE],
    options: { username: 'admin', password: 'admin-secret', tls: { ca: certificate, cert: certificate, key } },
  })
  site = await startSite({
    redisUrl: `rediss://airlock:secret@127.0.0.1:${port}`,
    ...{ realtimes: 1, scans: 1, sweeps: 1 },
    env: {
      REDIS_PREFIX: PREFIX,
      REDIS_TLS_CA_FILE: certFile,
      REDIS_TLS_CERT_FILE: certFile,
      REDIS_TLS_KEY_FILE: keyFile,
    },
  })
})
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
  await folder?.remove()
})

/** The line that the documentation gives, as a line of redis.conf. */
async function aclLine(): Promise<string> {
  const docs = await readFile(join(REPOSITORY, 'infra/docs/redis.md'), 'utf8')
  const line = /^user airlock .*$/m.exec(docs)?.[0]
  if (line === undefined) throw new Error('infra/docs/redis.md has no ACL line')
  return line
}

test('over TLS, as a user with the documented rights and no others, everything works and nothing is denied', async () => {
  const token = testToken({ sub: 'kim' })
  const listener = await listen(site.realtimes[0]?.url ?? '', token)
  const load = startLoad(site, 0.5, 'tls')
  await load.sent
  const ids = await load.check()
  await until('every event', () => ids.every((id) => listener.states.get(id)?.at(-1) === 'complete'))
  listener.close()
  const gone = await tus(site.apis[0]?.url ?? '', token, 'DELETE', `/${ids[0]}`)
  expect(gone.status).toBe(204)
  expect(await redis.client.acl('LOG')).toEqual([])
})

test('that user sees no other keys or channels, and may not administrate', async () => {
  const denied = [
    'GET other',
    'SET other 1',
    'PUBLISH other x',
    'FLUSHALL',
    'CONFIG GET *',
    'KEYS *',
    'SHUTDOWN',
    'DEBUG SLEEP 0',
  ]
  for (const line of denied) {
    const [command = '', ...args] = line.split(' ')
    expect([line, await redis.client.call('ACL', 'DRYRUN', 'airlock', command, ...args)]).not.toEqual([line, 'OK'])
  }
})

test.each([
  ['a wrong password', 'rediss://airlock:wrong@', /refuses user or password/],
  ['a user without rights', 'rediss://nobody:secret@', /may not do what Airlock needs/],
])('%s stops the start with a sentence', async (_what, begin, why) => {
  await redis.client.call('ACL', 'SETUSER', 'nobody', 'on', '>secret', '+ping')
  const REDIS_URL = `${begin}127.0.0.1:${redis.port}`
  await expect(startProcess('workers/sweep/main.ts', { ...site.env, REDIS_URL })).rejects.toThrow(why)
})

test('without the authority that signed it, the certificate is not believed', async () => {
  const env = { ...site.env, REDIS_TLS_CA_FILE: '', REDIS_TLS_CERT_FILE: '', REDIS_TLS_KEY_FILE: '' }
  const logs = await firstLogs(env)
  expect(logs).toMatch(/self-signed certificate/)
})

/** What a process that waits for Redis says. */
async function firstLogs(env: Record<string, string>): Promise<string> {
  const { fork } = await import('node:child_process')
  const child = fork(join(REPOSITORY, 'workers/sweep/main.ts'), [], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...bareEnv(), NODE_ENV: 'test', ...env },
  })
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  try {
    return await until('a line', () => said.includes('redis away') && said)
  } finally {
    child.kill('SIGKILL')
  }
}
