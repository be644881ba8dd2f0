import { afterEach, expect, test } from 'vitest'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { MIB } from '#shared/domain/limits.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { gzipBomb } from '../support/archives/bombs.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, send, settled } from '../support/tus.ts'
import { until } from '../support/until.ts'

const FILES = 60
const SENDERS = 12
const ann = testToken({ sub: 'ann' })
const bob = testToken({ sub: 'bob' })
/** Some hundredths of a second of work, so that the crowd is not through before anything can be done about it. */
const FILE = gzipBomb(16 * MIB)

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

/** One user's files, all of them received and none scanned. */
async function sendMany(api: string): Promise<string[]> {
  const ids: string[] = []
  const sender = async (first: number) => {
    for (let i = first; i < FILES; i += SENDERS) {
      const { id, response } = await send(api, ann, FILE, { filename: `field-${i}.dat.gz` })
      expect(response.status).toBe(201)
      ids.push(id)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, (_, i) => sender(i)))
  return ids
}

async function complete(api: string): Promise<number> {
  const page = await fetch(`${api}${FILES_PATH}/uploads?state=complete&limit=200`, { headers: bearer(ann) })
  return ((await page.json()) as { uploads: UploadView[] }).uploads.length
}

/** What the site keeps in Redis of the line, and whose files became complete, in their order. */
function lookInto({ env }: Site) {
  const redis: RedisClient = connectRedis(env.REDIS_URL ?? '', 'command', createLogger('test', 'silent'))
  undo.push(() => redis.disconnect())
  const { scanLine, events } = createKeys(env.REDIS_PREFIX ?? '')
  return {
    async left(): Promise<string[]> {
      const names = (await redis.keys(`${scanLine}*`)).map((key) => key.slice(scanLine.length))
      return names.filter((name) => name !== 'turn' && name !== 'workers')
    },
    async order(): Promise<string[]> {
      const steps = (await redis.xrange(events, '-', '+')).map(([, fields]) => fields)
      const value = (fields: string[], name: string) => fields[fields.indexOf(name) + 1] ?? ''
      return steps.filter((fields) => value(fields, 'state') === 'complete').map((fields) => value(fields, 'owner'))
    },
  }
}

test('two scan workers, one killed at work: another user’s file passes the crowd, every file is scanned, no place is left over', async () => {
  const site = await startSite({ scans: 2, sweeps: 1, env: { SCAN_CONCURRENCY: '1' } })
  undo.push(site.stop)
  const api = site.apis[0]?.url ?? ''
  const line = lookInto(site)
  const [killed, other] = site.scans.map(({ process }) => process)
  // Both begin with the whole crowd before them.
  for (const worker of [killed, other]) worker?.kill('SIGSTOP')
  const ids = await sendMany(api)
  expect(await complete(api)).toBe(0)
  for (const worker of [killed, other]) worker?.kill('SIGCONT')
  await until('some scans', async () => (await complete(api)) >= 5)
  killed?.kill('SIGKILL')
  other?.kill('SIGSTOP')
  const before = (await line.order()).length
  const { id } = await send(api, bob, Buffer.from('$ one\n'), { filename: 'one.k' })
  other?.kill('SIGCONT')
  expect((await settled(api, bob, id)).state).toBe('complete')
  for (const each of ids) expect((await settled(api, ann, each)).state).toBe('complete')
  const order = await line.order()
  expect(order.length).toBe(FILES + 1)
  // At work when it came: one at each worker, and as many given to the queue for them.
  expect({ before, passed: order.indexOf('bob') - before <= 8 }).toEqual({ before, passed: true })
  expect(before).toBeLessThan(FILES - 8)
  await until('an empty line', async () => (await line.left()).length === 0)
})
