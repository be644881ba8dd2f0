import { mkdir, readFile, stat, symlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lsdynaDeck } from '../support/archives/cae.ts'
import { peFile } from '../support/archives/executables.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, encodeMetadata, FILES_PATH, idOf, send, settled, tus, viewOf } from '../support/tus.ts'
import { until } from '../support/until.ts'

let site: Site
let api: string
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  site = await startSite({ scans: 1, sweeps: 1, env: { QUOTA_BYTES: '200000000' } })
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site.stop())

const stream = (offset: number) => ({
  'Content-Type': 'application/offset+octet-stream',
  'Upload-Offset': String(offset),
})
const quota = async () =>
  (await (await fetch(`${api}${FILES_PATH}/quota`, { headers: bearer(token) })).json()) as {
    used: number
    reserved: number
  }
const remove = (id: string) => fetch(`${api}${FILES_PATH}/uploads/${id}`, { method: 'DELETE', headers: bearer(token) })
const placed = (job: string, path: string) => readFile(join(site.root, 'users/kim/jobs', job, path), 'utf8')

test('a plain tus client that sends no metadata: job inbox, the id as file name', async () => {
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '5' }))
  const head = await tus(api, token, 'HEAD', `/${id}`)
  expect([
    head.headers.get('upload-offset'),
    head.headers.get('upload-length'),
    head.headers.get('cache-control'),
  ]).toEqual(['0', '5', 'no-store'])
  expect(Date.parse(head.headers.get('upload-expires') ?? '')).toBeGreaterThan(Date.now())
  const patched = await tus(api, token, 'PATCH', `/${id}`, stream(0), Buffer.from('he'))
  expect([patched.status, patched.headers.get('upload-offset')]).toEqual([204, '2'])
  await tus(api, token, 'PATCH', `/${id}`, stream(2), Buffer.from('llo'))
  expect(await settled(api, token, id)).toMatchObject({ job_id: 'inbox', filename: id, state: 'complete' })
  expect(await placed('inbox', id)).toBe('hello')
  const done = await tus(api, token, 'HEAD', `/${id}`)
  expect([done.status, done.headers.get('upload-offset')]).toEqual([200, '5'])
})

test('metadata comes back as it was sent, unknown and binary values too', async () => {
  const metadata = `filename ZGVjay5r,constructor YQ==,1 YmM=,binary ${Buffer.from([0, 255, 254]).toString('base64')},empty`
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '5', 'Upload-Metadata': metadata }))
  expect((await tus(api, token, 'HEAD', `/${id}`)).headers.get('upload-metadata')).toBe(metadata)
})

test('a deferred length: bytes before it is known, and the quota holds as they come', async () => {
  const before = await quota()
  const created = await tus(api, token, 'POST', '', {
    'Upload-Defer-Length': '1',
    'Upload-Metadata': encodeMetadata({ filename: 'late.k' }),
  })
  const id = idOf(created)
  expect((await tus(api, token, 'HEAD', `/${id}`)).headers.get('upload-defer-length')).toBe('1')
  expect((await tus(api, token, 'PATCH', `/${id}`, stream(0), Buffer.from('*KEY'))).status).toBe(204)
  expect((await quota()).reserved).toBeGreaterThan(before.reserved)
  const end = { ...stream(4), 'Upload-Length': '9' }
  expect(
    (await tus(api, token, 'PATCH', `/${id}`, { ...stream(3), 'Upload-Length': '8' }, Buffer.from('x'))).status,
  ).toBe(409)
  expect((await tus(api, token, 'PATCH', `/${id}`, end, Buffer.from('WO'))).status).toBe(204)
  // A client whose first answer was lost tells the length again; another one it cannot be.
  const other = { ...stream(6), 'Upload-Length': '10' }
  expect((await tus(api, token, 'PATCH', `/${id}`, other, Buffer.from('RD\n'))).status).toBe(400)
  const last = await tus(api, token, 'PATCH', `/${id}`, { ...end, ...stream(6) }, Buffer.from('RD\n'))
  expect([last.status, last.headers.get('upload-offset')]).toEqual([204, '9'])
  expect(await settled(api, token, id)).toMatchObject({ state: 'complete', length: 9 })
  expect(await quota()).toMatchObject({ used: before.used + 9, reserved: before.reserved })

  const greedy = idOf(await tus(api, token, 'POST', '', { 'Upload-Defer-Length': '1' }))
  expect(
    (await tus(api, token, 'PATCH', `/${greedy}`, { ...stream(0), 'Upload-Length': '300000000' }, Buffer.from('x')))
      .status,
  ).toBe(413)
})

test('on_conflict: rename is the default, replace replaces, refuse refuses', async () => {
  const put = async (text: string, metadata: Record<string, string>) => {
    const { id, response } = await send(api, token, Buffer.from(text), {
      filename: 'deck.k',
      job_id: 'conflict',
      ...metadata,
    })
    return response.ok ? settled(api, token, id) : response.status
  }
  const first = await put('first', {})
  expect(await put('second', {})).toMatchObject({ state: 'complete', path: 'deck (2).k' })
  expect(await placed('conflict', 'deck.k')).toBe('first')
  expect(await put('third', { on_conflict: 'refuse' })).toBe(409)
  expect(await put('fourth', { on_conflict: 'replace' })).toMatchObject({ state: 'complete', path: 'deck.k' })
  expect(await placed('conflict', 'deck.k')).toBe('fourth')
  // The upload whose file was replaced is gone; what took its place stays.
  const replaced = typeof first === 'object' ? first.id : ''
  await until(
    'the replaced upload to go',
    async () => (await fetch(`${api}${FILES_PATH}/uploads/${replaced}`, { headers: bearer(token) })).status === 404,
  )
  expect(await placed('conflict', 'deck.k')).toBe('fourth')
})

test('DELETE removes the file and the charge and notes it in the record, in every state in which it may', async () => {
  const before = await quota()
  const complete = await send(api, token, lsdynaDeck(), { filename: 'gone.k', job_id: 'gone' })
  await settled(api, token, complete.id)
  const bad = await send(api, token, peFile(), { filename: 'gone.exe', job_id: 'gone' })
  await settled(api, token, bad.id)
  const receiving = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '1000' }))
  for (const id of [complete.id, bad.id, receiving]) {
    expect((await remove(id)).status).toBe(204)
    expect((await remove(id)).status).toBe(404)
    const record = await readFile(join(site.root, `users/kim/.airlock/${id}.json`), 'utf8')
    expect(JSON.parse(record)).toMatchObject({ id, state: 'deleted' })
    for (const path of [`users/kim/.airlock/${id}.data`, `quarantine/kim/${id}.data`]) {
      await expect(stat(join(site.root, path))).rejects.toThrow(/ENOENT/)
    }
  }
  await expect(placed('gone', 'gone.k')).rejects.toThrow(/ENOENT/)
  expect(await quota()).toEqual(before)
})

test('a folder of the job that was turned into a link out of it is not followed', async () => {
  const outside = join(site.root, 'outside')
  await mkdir(outside)
  await mkdir(join(site.root, 'users/kim/jobs/links'), { recursive: true })
  await symlink(outside, join(site.root, 'users/kim/jobs/links/sub'))
  const { id } = await send(api, token, Buffer.from('x'), { filename: 'x.k', relativePath: 'sub/x.k', job_id: 'links' })
  expect(await settled(api, token, id)).toMatchObject({ state: 'held' })
  await expect(stat(join(outside, 'x.k'))).rejects.toThrow(/ENOENT/)
})

test('what idles past its time is gone: 410, its room is free again', async () => {
  const short = await startSite({ sweeps: 1, env: { UPLOAD_EXPIRY_HOURS: '1' } })
  try {
    const url = short.apis[0]?.url ?? ''
    const id = idOf(await tus(url, token, 'POST', '', { 'Upload-Length': '1000' }))
    const { connectRedis } = await import('#shared/redis/connect.ts')
    const { createKeys } = await import('#shared/redis/keys.ts')
    const { createLogger } = await import('#shared/runtime/logger.ts')
    const redis = connectRedis(short.env.REDIS_URL ?? '', 'command', createLogger('test', 'silent'))
    const keys = createKeys(short.env.REDIS_PREFIX ?? '')
    const longAgo = new Date(Date.now() - 3_700_000)
    await utimes(join(short.root, 'users/kim/.airlock', `${id}.data`), longAgo, longAgo)
    expect(Date.parse((await tus(url, token, 'HEAD', `/${id}`)).headers.get('upload-expires') ?? '')).toBeLessThan(
      Date.now(),
    )
    await redis.zadd(keys.stateUploads('receiving'), longAgo.getTime(), id)
    await until('410', async () => (await tus(url, token, 'HEAD', `/${id}`)).status === 410)
    expect(await redis.hgetall(keys.quota('kim'))).toEqual({ reserved: '0', used: '0' })
    redis.disconnect()
    expect((await tus(url, token, 'PATCH', `/${id}`, stream(0), Buffer.from('x'))).status).toBe(410)
    await expect(stat(join(short.root, 'users/kim/.airlock', `${id}.data`))).rejects.toThrow(/ENOENT/)
  } finally {
    await short.stop()
  }
})

test('without its marker the upload root is not used', async () => {
  const { rm, writeFile } = await import('node:fs/promises')
  const bare = await startSite()
  const url = bare.apis[0]?.url ?? ''
  await rm(join(bare.root, '.airlock-root'))
  await until(
    'creation to be refused',
    async () => (await tus(url, token, 'POST', '', { 'Upload-Length': '1' })).status === 503,
  )
  expect((await fetch(`${url}${FILES_PATH}/ready`)).status).toBe(503)
  await writeFile(join(bare.root, '.airlock-root'), '')
  await until(
    'creation to be admitted',
    async () => (await tus(url, token, 'POST', '', { 'Upload-Length': '1' })).status === 201,
  )
  await bare.stop()
})

test('metrics speak Prometheus', async () => {
  const text = await (await fetch(`${api}/metrics`)).text()
  expect(text).toMatch(/airlock_uploads_created_total \d+/)
  expect(text).toMatch(/^airlock_scan_slots 2$/m)
  expect(text).toMatch(/airlock_api_requests_total\{method="POST",status="201"\} \d+/)
  expect((await viewOf(api, token, (await send(api, token, Buffer.from('a'))).id)).received).toBe(1)
})

test('/ready tells administrators what is checked, and which decoders the scan workers lack', async () => {
  const bare = await startSite({ scans: 1, env: { DECODER_PATH: '/nowhere', PATH: '/nowhere' } })
  try {
    const url = `${bare.apis[0]?.url}${FILES_PATH}/ready`
    expect(await (await fetch(url)).json()).toEqual({ status: 'ready' })
    const admin = { headers: bearer(testToken({ sub: 'root', groups: ['admin'] })) }
    const told = await until('the report of the worker', async () => {
      const answer = (await (await fetch(url, admin)).json()) as { missing_decoders: { missing: { tool: string }[] }[] }
      return answer.missing_decoders.length > 0 && answer
    })
    expect(told).toMatchObject({
      status: 'ready',
      stopping: false,
      checks: [
        { name: 'redis', ok: true },
        { name: 'disk', ok: true },
      ],
    })
    expect(told.missing_decoders[0]?.missing.map(({ tool }) => tool)).toEqual(
      expect.arrayContaining(['bsdcat', 'bsdtar']),
    )
    expect((await fetch(url, { headers: { Authorization: 'Bearer x' } })).status).toBe(401)
  } finally {
    await bare.stop()
  }
})
