import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Upload } from 'tus-js-client'
import { afterEach, expect, test } from 'vitest'
import { GIB, KIB, MIB } from '#shared/domain/limits.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { gzipBomb } from '../support/archives/bombs.ts'
import { lsdynaDeck } from '../support/archives/cae.ts'
import { type Listener, listen } from '../support/listener.ts'
import { type PrivateRedis, startRedis } from '../support/redis.ts'
import { type Site, type SitePlan, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, idOf, send, settled, TUS_PATH, tus, viewOf } from '../support/tus.ts'
import { until } from '../support/until.ts'

const token = testToken({ sub: 'kim' })
const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function start(plan: SitePlan): Promise<{ site: Site; redis: PrivateRedis }> {
  const redis = await startRedis()
  undo.push(redis.stop)
  const site = await startSite({ ...plan, redisUrl: redis.url })
  undo.push(site.stop)
  return { site, redis }
}
async function watch(site: Site): Promise<Listener> {
  const listener = await listen(site.realtimes[0]?.url ?? '', token)
  undo.push(async () => listener.close())
  return listener
}

test('a scan worker killed in mid-scan: the other one finishes the file, with one verdict', async () => {
  const { site } = await start({ scans: 2, realtimes: 1 })
  const api = site.apis[0]?.url ?? ''
  const listener = await watch(site)
  // Below the size from which a ratio is a bomb, and some seconds of work.
  const { id } = await send(api, token, gzipBomb(2 * GIB), { filename: 'field.dat.gz' })
  const busy = await until('a worker to scan', async () => {
    if ((await viewOf(api, token, id)).state !== 'scanning') return undefined
    const children = await Promise.all(site.scans.map(({ process }) => busiestChild(process.pid)))
    const most = children.indexOf(Math.max(...children))
    return (children[most] ?? 0) > 10 ? site.scans[most] : undefined
  })
  busy.process.kill('SIGKILL')
  await busy.process.exited
  expect((await viewOf(api, token, id)).state).toBe('scanning')

  expect(await settled(api, token, id)).toMatchObject({ state: 'complete', verdict: { safe: true } })
  await until('the event', () => listener.states.get(id)?.includes('complete'))
  expect(listener.states.get(id)).toEqual(['receiving', 'received', 'scanning', 'complete'])
})

/** CPU ticks the busiest child of a process has used (proc(5): stat, fields 4, 14 and 15). */
async function busiestChild(parent: number): Promise<number> {
  let most = 0
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[1]) === parent) most = Math.max(most, Number(fields[11]) + Number(fields[12]) - 30)
  }
  return most
}

test('the API killed between the last byte and the queue: the sweep brings the file through', async () => {
  const { site, redis } = await start({ scans: 1, sweeps: 1 })
  const api = site.apis[0]
  if (api === undefined) throw new Error('no api')
  const body = lsdynaDeck()
  const id = idOf(await tus(api.url, token, 'POST', '', { 'Upload-Length': String(body.length) }))
  const staged = join(site.root, 'users/kim/.airlock', `${id}.data`)

  // Redis freezes once the lock is taken and bytes flow: the last byte becomes durable, but nobody can be told.
  const half = body.subarray(0, body.length / 2)
  const headers = {
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Offset': '0',
    'Content-Length': String(body.length),
  }
  let release: () => void = () => undefined
  const frozen = new Promise<void>((resolve) => {
    release = resolve
  })
  const stream = new ReadableStream({
    async start(controller) {
      controller.enqueue(new Uint8Array(half))
      await frozen
      controller.enqueue(new Uint8Array(body.subarray(half.length)))
      controller.close()
    },
  })
  const patch = fetch(`${api.url}${TUS_PATH}/${id}`, {
    method: 'PATCH',
    headers: { ...bearer(token), 'Tus-Resumable': '1.0.0', ...headers },
    body: stream,
    duplex: 'half',
  } as RequestInit).catch((error: unknown) => error)
  await until('half of the bytes', async () => (await stat(staged)).size === half.length)
  process.kill(redis.pid, 'SIGSTOP')
  release()
  await until('all bytes and the record', async () => {
    const record = JSON.parse(await readFile(staged.replace(/data$/, 'json'), 'utf8')) as { state: string }
    return record.state === 'received'
  })
  api.process.kill('SIGKILL')
  await patch
  process.kill(redis.pid, 'SIGCONT')

  api.process = await api.start()
  expect(await settled(api.url, token, id)).toMatchObject({ state: 'complete', length: body.length })
})

test('the API killed before it could write the record: the sweep, or the client that comes back, finishes it', async () => {
  const { site } = await start({ scans: 1, sweeps: 1 })
  const api = site.apis[0]
  if (api === undefined) throw new Error('no api')
  const body = lsdynaDeck()
  const id = idOf(await tus(api.url, token, 'POST', '', { 'Upload-Length': String(body.length) }))
  const stream = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
  expect((await tus(api.url, token, 'PATCH', `/${id}`, stream, body.subarray(0, -1))).status).toBe(204)
  api.process.kill('SIGKILL')
  await api.process.exited
  // What a kill right after the last write leaves: all bytes, and a record and an index that do not know it.
  const { appendFile } = await import('node:fs/promises')
  await appendFile(join(site.root, 'users/kim/.airlock', `${id}.data`), body.subarray(-1))
  api.process = await api.start()
  expect(await settled(api.url, token, id)).toMatchObject({ state: 'complete', length: body.length })
})

test('all processes stopped by SIGTERM during uploads: clients resume after the restart, and nothing is lost', async () => {
  const { site } = await start({ apis: 2, scans: 2, sweeps: 1 })
  const members = [...site.apis, ...site.scans, ...site.sweeps]
  const bodies = Array.from({ length: 8 }, (_, i) =>
    Buffer.concat([Buffer.from('$ data\n'), randomBytes(3 * MIB + i * 100 * KIB)]),
  )
  let moving = 0
  const uploads = bodies.map(
    (body, i) =>
      new Promise<string>((resolve, reject) => {
        let started = false
        const upload = new Upload(body, {
          endpoint: `${site.apis[i % 2]?.url}${TUS_PATH}`,
          headers: bearer(token),
          metadata: { filename: `part-${i}.dat`, job_id: 'restart' },
          chunkSize: 256 * KIB,
          retryDelays: Array.from({ length: 400 }, () => 300),
          onProgress: (sent) => {
            if (sent > 0 && !started) moving++
            started ||= sent > 0
          },
          onError: reject,
          onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
        })
        upload.start()
      }),
  )
  const all = Promise.all(uploads)
  await until('all uploads to move', () => moving === bodies.length)
  expect(await Promise.all(members.map(({ process }) => process.stop()))).toEqual(members.map(() => 0))
  for (const member of members) member.process = await member.start()

  const ids = await all
  for (const id of ids) expect((await settled(site.apis[0]?.url ?? '', token, id)).state).toBe('complete')
  for (const [i, body] of bodies.entries()) {
    const placed = await readFile(join(site.root, 'users/kim/jobs/restart', `part-${i}.dat`))
    expect(placed.equals(body)).toBe(true)
  }
  const quota = await fetch(`${site.apis[0]?.url}${FILES_PATH}/quota`, { headers: bearer(token) })
  expect(await quota.json()).toMatchObject({ reserved: 0, used: bodies.reduce((sum, { length }) => sum + length, 0) })
})

test('SIGTERM in the middle of a PATCH: it is answered with the offset reached, all of it durable, and the lock is free at once', async () => {
  const { site, redis } = await start({ apis: 2 })
  const [first, second] = site.apis
  if (first === undefined || second === undefined) throw new Error('no api')
  const id = idOf(await tus(first.url, token, 'POST', '', { 'Upload-Length': '1000000' }))
  const staged = join(site.root, 'users/kim/.airlock', `${id}.data`)
  const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(300_000)) })
  const patch = fetch(`${first.url}${TUS_PATH}/${id}`, {
    method: 'PATCH',
    headers: {
      ...bearer(token),
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
    },
    body,
    duplex: 'half',
  } as RequestInit)
  await until('the first bytes', async () => (await stat(staged)).size === 300_000)
  first.process.kill('SIGTERM')
  const answer = await patch
  expect([answer.status, answer.headers.get('upload-offset')]).toEqual([204, '300000'])
  expect(await first.process.exited).toEqual({ code: 0, signal: null })
  const asked = new Redis(redis.url)
  expect(await asked.exists(createKeys(site.env.REDIS_PREFIX ?? '').lock(id))).toBe(0)
  asked.disconnect()
  expect((await tus(second.url, token, 'HEAD', `/${id}`)).headers.get('upload-offset')).toBe('300000')
  first.process = await first.start()
})
