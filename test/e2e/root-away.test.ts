import { readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { append, idIn, ietf, PART } from '../support/ietf.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, idOf, send, settled, TUS_PATH, tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

const token = testToken({ sub: 'kim' })
let site: Site
let api: string
beforeAll(async () => {
  site = await startSite({ scans: 1, sweeps: 1 })
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site.stop())

const STREAM = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
const deck = Buffer.from('*KEYWORD\n*END\n')

/** Every file with its size, inode and time. */
async function picture(): Promise<string[]> {
  const entries = await readdir(site.root, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted()
  return Promise.all(
    paths.map(async (path) => {
      const { size, ino, mtimeMs } = await stat(path)
      return `${path} ${size} ${ino} ${mtimeMs}`
    }),
  )
}

test('another disk is mounted there: every route says so, and none changes anything', async () => {
  const { id: done } = await send(api, token, deck, { filename: 'done.k' })
  await settled(api, token, done)
  const partial = { 'Upload-Concat': 'partial', 'Upload-Length': String(deck.length) }
  const created = await Promise.all(
    [{ 'Upload-Length': '14' }, partial, partial, { 'Upload-Defer-Length': '1' }].map((headers) =>
      tus(api, token, 'POST', '', headers),
    ),
  )
  const [open = '', first = '', second = '', deferred = ''] = created.map(idOf)
  expect((await tus(api, token, 'PATCH', `/${open}`, STREAM, deck.subarray(0, 4))).status).toBe(204)
  for (const id of [first, second]) expect((await tus(api, token, 'PATCH', `/${id}`, STREAM, deck)).status).toBe(204)
  const resumable = idIn(await ietf(api, token, 10, { headers: PART, body: deck.subarray(0, 4) }))
  await rename(join(site.root, '.airlock-root'), join(site.root, 'marker'))
  await until('the API to see it', async () => (await fetch(`${api}${FILES_PATH}/ready`)).status === 503)
  const before = await picture()

  const urls = `${TUS_PATH}/${first} ${TUS_PATH}/${second}`
  const own = (path: string, method = 'GET') => fetch(`${api}${FILES_PATH}${path}`, { method, headers: bearer(token) })
  const answers: Record<string, { status: number }> = {
    POST: await tus(api, token, 'POST', '', { 'Upload-Length': '5' }),
    'POST, empty': await tus(api, token, 'POST', '', { 'Upload-Length': '0' }),
    'POST, another owner': await tus(api, testToken({ sub: 'new' }), 'POST', '', { 'Upload-Length': '5' }),
    'POST with body': (await send(api, token, deck)).response,
    'POST of a partial': await tus(api, token, 'POST', '', partial),
    'POST of a final': await tus(api, token, 'POST', '', { 'Upload-Concat': `final;${urls}` }),
    HEAD: await tus(api, token, 'HEAD', `/${open}`),
    PATCH: await tus(api, token, 'PATCH', `/${open}`, { ...STREAM, 'Upload-Offset': '4' }, deck.subarray(4)),
    'PATCH, empty': await tus(api, token, 'PATCH', `/${open}`, { ...STREAM, 'Upload-Offset': '4' }),
    'PATCH with length': await tus(api, token, 'PATCH', `/${deferred}`, { ...STREAM, 'Upload-Length': '14' }),
    DELETE: await tus(api, token, 'DELETE', `/${open}`),
    'DELETE of a partial': await tus(api, token, 'DELETE', `/${first}`),
    'DELETE of a complete one': await own(`/uploads/${done}`, 'DELETE'),
    content: await own(`/uploads/${done}/content`),
    'content on the tus URL': await fetch(`${api}${TUS_PATH}/${done}`, { headers: bearer(token) }),
    'IETF POST': await ietf(api, token, 10, { headers: PART }),
    'IETF POST with body': await ietf(api, token, 10, { headers: PART, body: deck }),
    'IETF HEAD': await ietf(api, token, 10, { method: 'HEAD', path: `/${resumable}` }),
    'IETF PATCH': await ietf(api, token, 10, append(resumable, 4, PART, deck)),
    'IETF DELETE': await ietf(api, token, 10, { method: 'DELETE', path: `/${resumable}` }),
  }
  const statuses = Object.fromEntries(Object.entries(answers).map(([what, { status }]) => [what, status]))
  expect(statuses).toEqual(Object.fromEntries(Object.keys(answers).map((what) => [what, 503])))
  // What only Redis is asked for is answered.
  expect([(await own('/uploads')).status, (await own('/quota')).status]).toEqual([200, 200])
  const sweeps = () => site.sweeps[0]?.process.logs.length ?? 0
  const seen = sweeps()
  await until('a sweep', () => sweeps() > seen)
  expect(await picture()).toEqual(before)

  await rename(join(site.root, 'marker'), join(site.root, '.airlock-root'))
  await until('the API to see it', async () => (await fetch(`${api}${FILES_PATH}/ready`)).status === 200)
  expect(
    (await tus(api, token, 'PATCH', `/${open}`, { ...STREAM, 'Upload-Offset': '4' }, deck.subarray(4))).status,
  ).toBe(204)
  expect((await settled(api, token, open)).state).toBe('complete')
  expect(await readFile(join(site.root, 'users/kim/jobs/inbox', open), 'utf8')).toBe(deck.toString())
  // Nothing was left of what was refused.
  const listed = (await (await own('/uploads')).json()) as { uploads: { id: string }[] }
  expect(listed.uploads.map(({ id }) => id).toSorted()).toEqual([done, open, deferred, resumable].toSorted())
})
