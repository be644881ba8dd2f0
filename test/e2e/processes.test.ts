import { spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bareEnv } from '../support/bare-env.ts'
import { freePort } from '../support/ports.ts'
import { startProcess } from '../support/processes.ts'
import { startRedis } from '../support/redis.ts'
import { REPOSITORY } from '../support/repository.ts'
import { makeUploadRoot } from '../support/temp.ts'
import { TEST_SECRET, testToken } from '../support/tokens.ts'
import { bearer, idOf, TUS_PATH, tus } from '../support/tus.ts'

const ENTRIES = ['services/api/main.ts', 'services/realtime/main.ts', 'workers/scan/main.ts', 'workers/sweep/main.ts']
const run = (entry: string, args: string[], env: Record<string, string>) =>
  spawnSync(process.execPath, [resolve(REPOSITORY, entry), ...args], {
    env: { ...bareEnv(), ...env },
    encoding: 'utf8',
  })

describe.each(ENTRIES)('%s', (entry) => {
  test('--check proves a good configuration without starting anything', () => {
    const env = { UPLOAD_ROOT: '/nowhere', REDIS_URL: 'redis://127.0.0.1:1', JWT_SECRET_KEY: TEST_SECRET }
    const { status, stdout, stderr } = run(entry, ['--check'], env)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('the configuration is good')
  })
  test('a bad one is refused with every problem, and no value', () => {
    const { status, stderr } = run(entry, [], {
      REDIS_URL: 'hunter2',
      LOG_LEVEL: 'hunter2',
      JWT_SECRET_KEY: 'hunter2',
      STOP_STEP_MS: 'x',
    })
    expect(status).toBe(78)
    for (const name of ['UPLOAD_ROOT', 'REDIS_URL', 'LOG_LEVEL', 'STOP_STEP_MS']) expect(stderr).toContain(name)
    expect(stderr).not.toContain('hunter2')
    expect(stderr).not.toContain('    at ')
  })
  test('a variable that is probably misspelt is told', () => {
    const env = {
      UPLOAD_ROOT: '/nowhere',
      REDIS_URL: 'redis://127.0.0.1:1',
      JWT_SECRET_KEY: TEST_SECRET,
      UPLOAD_ROOTS: '/x',
    }
    expect(run(entry, ['--check'], env).stderr).toContain('UPLOAD_ROOTS is not known; UPLOAD_ROOT is meant, perhaps')
  })
})

test('a second signal kills at once', async () => {
  const redis = await startRedis()
  onTestFinished(redis.stop)
  const { root, remove } = await makeUploadRoot()
  onTestFinished(remove)
  const port = String(await freePort())
  const env = {
    UPLOAD_ROOT: root,
    REDIS_URL: redis.url,
    JWT_SECRET_KEY: TEST_SECRET,
    API_PORT: port,
    STOP_STEP_MS: '60000',
  }
  const api = await startProcess('services/api/main.ts', env)
  onTestFinished(() => api.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  const token = testToken({ sub: 'kim' })
  const id = idOf(await tus(url, token, 'POST', '', { 'Upload-Length': '100' }))
  // With a Redis that is frozen the first stop takes seconds.
  const headers = {
    ...bearer(token),
    'Tus-Resumable': '1.0.0',
    'Upload-Offset': '0',
    'Content-Type': 'application/offset+octet-stream',
    'Content-Length': '100',
  }
  const open = request(`${url}${TUS_PATH}/${id}`, { method: 'PATCH', headers }).on('error', () => undefined)
  await new Promise<void>((sent) => open.write('x', () => sent()))
  process.kill(redis.pid, 'SIGSTOP')
  onTestFinished(() => void process.kill(redis.pid, 'SIGCONT'))
  api.kill('SIGTERM')
  while (!api.logs.some((line) => line.includes('"stopping"'))) await nextTurn()
  api.kill('SIGTERM')
  expect(await api.exited).toEqual({ code: null, signal: 'SIGTERM' })
  open.destroy()
})
