import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareEventIds } from '#shared/contracts/events.ts'
import { KIB, MIB } from '#shared/domain/limits.ts'
import { type Listener, listen } from '../support/listener.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, TUS_PATH } from '../support/tus.ts'
import { until } from '../support/until.ts'

let site: Site
let listeners: Listener[]
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  site = await startSite({ apis: 2, realtimes: 2, scans: 2, sweeps: 1 })
  listeners = await Promise.all(site.realtimes.map(({ url }) => listen(url, token)))
})
afterAll(async () => {
  for (const listener of listeners) listener.close()
  expect(await site.stop()).toEqual([0, 0, 0, 0, 0, 0, 0])
})

const api = (i: number) => site.apis[i % site.apis.length]?.url ?? ''

/** Sizes from nothing to 64 MB, most of them small. */
const sizes = [
  0,
  1,
  7,
  64 * MIB,
  33 * MIB,
  16 * MIB + 1,
  8 * MIB,
  5 * MIB - 3,
  ...Array.from({ length: 32 }, (_, i) => (i * 37 + 1) * KIB + i),
]

type Sent = { id: string; path: string; sha256: string }

/** Sends one file; some are paused in the middle and resumed on the other API. */
async function sendFile(index: number, size: number): Promise<Sent> {
  const body = randomBytes(size)
  // Random bytes are no executable by accident.
  body.write('$ data\n'.slice(0, size))
  const path = `run ${index % 3}/part-${index}.dat`
  const pause = size > 4 * MIB && index % 2 === 1
  let url = await part(body, path, api(index), undefined, pause ? Math.floor(size / 3) : undefined)
  if (pause) url = await part(body, path, api(index + 1), url.replace(api(index), api(index + 1)), undefined)
  return { id: url.split('/').at(-1) ?? '', path, sha256: createHash('sha256').update(body).digest('hex') }
}

function part(
  body: Buffer,
  path: string,
  base: string,
  uploadUrl: string | undefined,
  stopAfter: number | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const upload = new Upload(body, {
      endpoint: `${base}${TUS_PATH}`,
      ...(uploadUrl === undefined ? {} : { uploadUrl }),
      headers: bearer(token),
      metadata: { filename: path.split('/').at(-1) ?? '', relativePath: path, job_id: 'crash-42' },
      retryDelays: [0, ...Array.from({ length: 100 }, () => 500)],
      onError: reject,
      onSuccess: () => resolve(upload.url ?? ''),
      onProgress: (sent) => {
        if (stopAfter !== undefined && sent >= stopAfter)
          void upload.abort().then(() => resolve(upload.url ?? ''), reject)
      },
    })
    upload.start()
  })
}

test('two api, two realtime, two scan processes: 40 files at once arrive bit for bit, and every client sees every state once, in order', async () => {
  const sent = await Promise.all(sizes.map((size, index) => sendFile(index, size)))
  expect(new Set(sent.map(({ id }) => id)).size).toBe(40)

  for (const { id } of sent) {
    for (const [i, { states }] of listeners.entries()) {
      await until(`client ${i} to see the end of ${id}`, () => states.get(id)?.includes('complete'))
    }
  }
  for (const { states } of listeners) {
    expect([...states.values()].filter((seen) => seen.join() !== 'receiving,received,scanning,complete')).toEqual([])
    expect(states.size).toBe(40)
  }
  for (const { path, sha256 } of sent) {
    const placed = await readFile(join(site.root, 'users/kim/jobs/crash-42', path))
    expect(createHash('sha256').update(placed).digest('hex')).toBe(sha256)
  }
})

test('directories are 0700, files 0600, and staging holds no bytes any more', async () => {
  const user = join(site.root, 'users/kim')
  for (const entry of await readdir(user, { recursive: true, withFileTypes: true })) {
    const { mode } = await stat(join(entry.parentPath, entry.name))
    expect([entry.name, (mode & 0o777).toString(8)]).toEqual([entry.name, entry.isDirectory() ? '700' : '600'])
  }
  expect((await readdir(join(user, '.airlock'))).filter((name) => !name.endsWith('.json'))).toEqual([])
})

test('ids of events only increase, and a client that comes back with the last one it saw gets just what it missed', async () => {
  const events = listeners[0]?.events ?? []
  const ids = events.map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted(compareEventIds))
  const { io } = await import('socket.io-client')
  const seen: string[] = []
  const socket = io(site.realtimes[1]?.url ?? '', {
    transports: ['websocket'],
    forceNew: true,
    auth: { token, last_event_id: events.at(-6)?.id },
  })
  socket.on('upload_state', ({ id }: { id: string }) => seen.push(id))
  await until('what was missed', () => seen.length >= 5)
  socket.close()
  expect(seen).toEqual(events.slice(-5).map(({ id }) => id))
})

test('the list pages through all of it, newest first, and the quota knows every byte', async () => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const response = await fetch(
      `${api(1)}${FILES_PATH}/uploads?limit=7&job_id=crash-42${cursor === '' ? '' : `&cursor=${cursor}`}`,
      { headers: bearer(token) },
    )
    const page = (await response.json()) as { uploads: { id: string }[]; next_cursor: string | null }
    seen.push(...page.uploads.map(({ id }) => id))
    cursor = page.next_cursor
  }
  expect(seen).toHaveLength(40)
  expect(seen).toEqual(seen.toSorted().reverse())
  const quota = await fetch(`${api(0)}${FILES_PATH}/quota`, { headers: bearer(token) })
  expect(await quota.json()).toEqual({
    owner: 'kim',
    used: sizes.reduce((sum, size) => sum + size, 0),
    reserved: 0,
    limit: null,
  })
})

test('Range, ETag and a ticket for a download without a header', async () => {
  const { uploads } = (await (
    await fetch(`${api(0)}${FILES_PATH}/uploads?q=part-3.dat`, { headers: bearer(token) })
  ).json()) as { uploads: { id: string; length: number }[] }
  const { id, length } = uploads[0] ?? { id: '', length: 0 }
  expect(length).toBe(64 * MIB)
  const range = await fetch(`${api(1)}${FILES_PATH}/uploads/${id}/content`, {
    headers: { ...bearer(token), Range: 'bytes=0-6' },
  })
  expect([range.status, await range.text(), range.headers.get('content-range')]).toEqual([
    206,
    '$ data\n',
    `bytes 0-6/${length}`,
  ])
  const beyond = await fetch(`${api(1)}${FILES_PATH}/uploads/${id}/content`, {
    headers: { ...bearer(token), Range: `bytes=${length}-` },
  })
  expect(beyond.status).toBe(416)
  const viaTus = await fetch(`${api(1)}${TUS_PATH}/${id}`, { headers: { ...bearer(token), Range: 'bytes=0-6' } })
  expect(await viaTus.text()).toBe('$ data\n')

  const made = await fetch(`${api(0)}${FILES_PATH}/uploads/${id}/ticket`, { method: 'POST', headers: bearer(token) })
  const { url } = (await made.json()) as { url: string }
  const byTicket = await fetch(`${api(1)}${url}`, { headers: { Range: 'bytes=0-6' } })
  expect(await byTicket.text()).toBe('$ data\n')
  const other = url.replace(id, '0198c5c5-0000-7000-8000-000000000000')
  expect((await fetch(`${api(1)}${other}`)).status).toBe(401)
})
