import { execFile } from 'node:child_process'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bareEnv } from '../support/bare-env.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { REPOSITORY } from '../support/repository.ts'
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

const airlock = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const main = join(REPOSITORY, 'services/cli/main.ts')
    const options = { env: { ...bareEnv(), ...env } }
    const child = execFile(process.execPath, [main, ...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })

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
