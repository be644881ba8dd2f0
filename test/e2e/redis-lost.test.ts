import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Upload } from 'tus-js-client'
import { afterEach, expect, test } from 'vitest'
import { KIB } from '#shared/domain/limits.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { startRedis } from '../support/redis.ts'
import { type Site, type SitePlan, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, idOf, send, settled, TUS_PATH, tus, viewOf } from '../support/tus.ts'
import { until } from '../support/until.ts'

const token = testToken({ sub: 'kim' })
const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function start(plan: SitePlan) {
  const redis = await startRedis()
  undo.push(redis.stop)
  const site = await startSite({ ...plan, redisUrl: redis.url })
  undo.push(site.stop)
  const asked = new Redis(redis.url)
  undo.push(async () => asked.disconnect())
  const keys = createKeys(site.env.REDIS_PREFIX ?? '')
  const built = () => until('the index', async () => (await asked.exists(keys.built)) === 1)
  await built()
  return { site, asked, keys, built }
}

const api = (site: Site, i = 0): string => site.apis[i]?.url ?? ''
const quotaOf = async (site: Site) =>
  (await (await fetch(`${api(site)}${FILES_PATH}/quota`, { headers: bearer(token) })).json()) as object

/** A client that goes on whatever it is answered, as tus-js-client does by itself. */
const upload = (site: Site, i: number, body: Buffer, onMoving: () => void): Promise<string> =>
  new Promise((resolve, reject) => {
    let moving = false
    const client = new Upload(body, {
      endpoint: `${api(site, i % 2)}${TUS_PATH}`,
      headers: bearer(token),
      metadata: { filename: `part-${i}.dat`, job_id: 'lost' },
      chunkSize: 64 * KIB,
      retryDelays: Array.from({ length: 300 }, () => 500),
      onProgress: (sent) => {
        if (sent > 0 && !moving) onMoving()
        moving ||= sent > 0
      },
      onError: reject,
      onSuccess: () => resolve(client.url?.split('/').at(-1) ?? ''),
    })
    client.start()
  })

test('FLUSHALL twice in mid-load: every upload arrives, whole and once, by itself; the quota is exact', async () => {
  const { site, asked, keys, built } = await start({
    ...{ apis: 2, scans: 1, sweeps: 2, env: { QUOTA_BYTES: '1GiB' } },
  })
  const before = await send(api(site), token, randomBytes(20_000), { filename: 'before.dat' })
  await settled(api(site), token, before.id)
  const idle = await tus(api(site), token, 'POST', '', { 'Upload-Length': '12345' })

  const bodies = Array.from({ length: 8 }, (_, i) => randomBytes(400_000 + i))
  let moving = 0
  const all = Promise.all(bodies.map((body, i) => upload(site, i, body, () => moving++)))
  for (const wanted of [2, 6]) {
    await until('uploads to move', () => moving >= wanted)
    await asked.flushall()
    // Nobody is told that an upload is unknown.
    const head = await tus(api(site, 1), token, 'HEAD', `/${idOf(idle)}`)
    expect([200, 423, 503]).toContain(head.status)
    await built()
  }

  const ids = await all
  for (const id of [before.id, ...ids]) expect((await settled(api(site), token, id)).state).toBe('complete')
  const placed = join(site.root, 'users/kim/jobs/lost')
  expect((await readdir(placed)).toSorted()).toEqual(bodies.map((_, i) => `part-${i}.dat`))
  for (const [i, body] of bodies.entries())
    expect((await readFile(join(placed, `part-${i}.dat`))).equals(body)).toBe(true)
  const used = bodies.reduce((sum, { length }) => sum + length, 20_000)
  await until('the quota', async () => {
    expect(await quotaOf(site)).toMatchObject({ used, reserved: 12_345 })
    return true
  })
  expect(await asked.hget(keys.site, 'pending')).toBe('12345')
  const listed = await fetch(`${api(site)}${FILES_PATH}/uploads?limit=100`, { headers: bearer(token) })
  expect(((await listed.json()) as { uploads: unknown[] }).uploads).toHaveLength(10)
})

test('before the index is back: a known upload goes on, a new one against a quota is told to come back', async () => {
  const { site, asked, built } = await start({ sweeps: 1, env: { QUOTA_BYTES: '1MiB' } })
  const created = await tus(api(site), token, 'POST', '', { 'Upload-Length': '600000' })
  const [sweep] = site.sweeps
  if (sweep === undefined) throw new Error('no sweep')
  expect(await sweep.process.stop()).toBe(0)
  await asked.flushall()

  const refused = await tus(api(site), token, 'POST', '', { 'Upload-Length': '600000' })
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true])
  const list = await fetch(`${api(site)}${FILES_PATH}/uploads`, { headers: bearer(token) })
  expect(list.status).toBe(503)
  // With the capability alone nobody knows whose it is.
  const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Token': created.headers.get('upload-token') ?? '' }
  const url = `${api(site)}${TUS_PATH}/${idOf(created)}`
  const head = await until('the lock', async () => {
    const answer = await fetch(url, { method: 'HEAD', headers })
    return answer.status === 200 ? answer : undefined
  })
  expect(head.headers.get('upload-offset')).toBe('0')
  expect((await viewOf(api(site), token, idOf(created))).state).toBe('receiving')

  sweep.process = await sweep.start()
  await built()
  expect(await quotaOf(site)).toMatchObject({ used: 0, reserved: 600_000 })
  // The quota holds again: there is room for one of them only.
  expect((await tus(api(site), token, 'POST', '', { 'Upload-Length': '600000' })).status).toBe(413)
})

test('one sweep at a time: one that was frozen past its lease does nothing when it goes on', async () => {
  const { site, asked, keys } = await start({ sweeps: 2, env: { RECONCILE_INTERVAL_MINUTES: '60' } })
  const leads = (logs: readonly string[]) => logs.filter((line) => line.includes('sweep leads')).length
  const leader = await until('a leader', () => site.sweeps.find(({ process }) => leads(process.logs) > 0))
  const other = site.sweeps.find((one) => one !== leader)
  if (other === undefined) throw new Error('no other sweep')
  expect(leads(other.process.logs)).toBe(0)
  leader.process.kill('SIGSTOP')
  await until('the other one to lead', () => leads(other.process.logs) === 1)
  // Something to do, which the one that leads now does.
  const { id } = await send(api(site), token, Buffer.alloc(1_000), { filename: 'x.dat' })
  await asked.zadd(keys.stateUploads('received'), 1, id)
  const seen = leader.process.logs.length
  leader.process.kill('SIGCONT')
  await until('the frozen one to notice', () =>
    leader.process.logs.slice(seen).some((line) => line.includes('sweep interrupted')),
  )
  expect(leader.process.logs.slice(seen).filter((line) => line.includes('put right'))).toEqual([])
  expect(leads(leader.process.logs)).toBe(1)
  expect(await asked.get(keys.lock('sweep'))).not.toBeNull()
})
