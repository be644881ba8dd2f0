import { expect, test } from 'vitest'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, send, settled } from '../support/tus.ts'
import { until } from '../support/until.ts'

const FILES = 60
const SENDERS = 12
const ann = testToken({ sub: 'ann' })
const bob = testToken({ sub: 'bob' })

/** One user's files, all of them received and none scanned. */
async function sendMany(api: string): Promise<string[]> {
  const ids: string[] = []
  const sender = async (first: number) => {
    for (let i = first; i < FILES; i += SENDERS) {
      const { id, response } = await send(api, ann, Buffer.from(`$ deck ${i}\n`), { filename: `deck-${i}.k` })
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

async function lineOf({ env }: Site): Promise<string[]> {
  const redis = connectRedis(env.REDIS_URL ?? '', 'command', createLogger('test', 'silent'))
  const { scanLine } = createKeys(env.REDIS_PREFIX ?? '')
  const left = (await redis.keys(`${scanLine}*`)).map((key) => key.slice(scanLine.length))
  redis.disconnect()
  return left.filter((name) => name !== 'turn' && name !== 'workers')
}

test('two scan workers, one killed at work: another user’s file passes the crowd, every file is scanned, no place is left over', async () => {
  const site = await startSite({ scans: 0, sweeps: 1 })
  try {
    const api = site.apis[0]?.url ?? ''
    const ids = await sendMany(api)
    expect(await complete(api)).toBe(0)
    const workers = await Promise.all([site.startScan(), site.startScan()])
    await until('some scans', async () => (await complete(api)) >= 5)
    workers[0]?.kill('SIGKILL')
    const { id } = await send(api, bob, Buffer.from('$ one\n'), { filename: 'one.k' })
    expect((await settled(api, bob, id)).state).toBe('complete')
    expect(await complete(api)).toBeLessThan(FILES)
    for (const each of ids) expect((await settled(api, ann, each)).state).toBe('complete')
    await until('an empty line', async () => (await lineOf(site)).length === 0)
    await Promise.all(workers.slice(1).map((worker) => worker.stop()))
  } finally {
    await site.stop()
  }
})
