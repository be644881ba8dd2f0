import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { QuotaView } from '#shared/contracts/events.ts'
import { KIB, MIB } from '#shared/domain/limits.ts'
import { append, concatenate, sendByClient, sendPartial } from '../support/parallel.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, idOf, settled, TUS_PATH, tus, viewOf } from '../support/tus.ts'

let site: Site
let one: string
let two: string
beforeAll(async () => {
  site = await startSite({ apis: 2, scans: 1, sweeps: 1 })
  one = site.apis[0]?.url ?? ''
  two = site.apis[1]?.url ?? ''
})
afterAll(() => site.stop())

let users = 0
/** A user of its own for each test, so that quotas and folders are its own too. */
function newUser() {
  const name = `user${++users}`
  const token = testToken({ sub: name })
  const quota = async () => {
    const { used, reserved } = (await (
      await fetch(`${one}${FILES_PATH}/quota`, { headers: bearer(token) })
    ).json()) as QuotaView
    return { used, reserved }
  }
  const staged = () => readdir(join(site.root, 'users', name, '.airlock'))
  const placed = (job: string, file: string) => readFile(join(site.root, 'users', name, 'jobs', job, file))
  const remove = (id: string) => tus(one, token, 'DELETE', `/${id}`)
  return { name, token, quota, staged, placed, remove }
}

test('tus-js-client sends one file in four parts, each request to another instance: the file is there, bit for bit', async () => {
  const user = newUser()
  const body = randomBytes(9 * MIB + 7)
  let requests = 0
  const id = await sendByClient(one, user.token, body, {
    parallelUploads: 4,
    chunkSize: 512 * KIB,
    metadata: { filename: 'field.dat', job_id: 'case' },
    onBeforeRequest: (request) => {
      const url = request.getURL()
      if (requests++ % 2 === 0) Object.assign(request, { _url: url.replace(one, two) })
    },
  })
  const view = await settled(two, user.token, id)
  expect(view).toMatchObject({ state: 'complete', job_id: 'case', path: 'field.dat', length: body.length })
  expect((await user.placed('case', 'field.dat')).equals(body)).toBe(true)
  expect(await user.quota()).toEqual({ used: body.length, reserved: 0 })
  const list = (await (await fetch(`${one}${FILES_PATH}/uploads`, { headers: bearer(user.token) })).json()) as {
    uploads: { id: string }[]
  }
  expect(list.uploads.map((upload) => upload.id)).toEqual([id])
  expect(await user.staged()).toEqual([`${id}.json`])
  expect((await user.remove(id)).status).toBe(204)
  expect(await user.quota()).toEqual({ used: 0, reserved: 0 })
})

const offset = async (answer: Promise<Response>) => (await answer).headers.get('upload-offset')
const parts = ['first-', 'second-', '', 'third'].map((text) => Buffer.from(text))

test('the final first, its partials later: it waits without an offset, and goes on with the last byte of the last of them', async () => {
  const user = newUser()
  const ids: string[] = []
  for (const part of parts) ids.push(await sendPartial(one, user.token, Buffer.alloc(0), part.length))
  const answer = await concatenate(two, user.token, ids, { filename: 'case.dat', job_id: 'later' })
  expect(answer.status).toBe(201)
  expect(answer.headers.get('upload-expires')).toMatch(/GMT$/)
  const final = idOf(answer)
  const head = await tus(one, user.token, 'HEAD', `/${final}`)
  expect(head.status).toBe(200)
  expect(head.headers.get('upload-concat')).toMatch(/^final;\/api.* \/api/)
  expect([head.headers.get('upload-length'), head.headers.get('upload-offset')]).toEqual(['18', null])
  expect(await user.quota()).toEqual({ used: 0, reserved: 18 })
  for (const i of [3, 0]) {
    expect((await append(one, user.token, ids[i] ?? '', 0, parts[i] ?? Buffer.alloc(0))).status).toBe(204)
    expect((await tus(two, user.token, 'HEAD', `/${ids[i]}`)).headers.get('upload-concat')).toBe('partial')
    expect((await viewOf(one, user.token, final)).state).toBe('receiving')
  }
  await Promise.all([1].map((i) => append(two, user.token, ids[i] ?? '', 0, parts[i] ?? Buffer.alloc(0))))
  expect(await settled(one, user.token, final)).toMatchObject({ state: 'complete', length: 18, path: 'case.dat' })
  expect(await offset(tus(two, user.token, 'HEAD', `/${final}`))).toBe('18')
  expect((await user.placed('later', 'case.dat')).toString()).toBe('first-second-third')
  for (const id of ids) expect((await tus(one, user.token, 'HEAD', `/${id}`)).status).toBe(404)
  expect(await user.quota()).toEqual({ used: 18, reserved: 0 })
})

test('a partial is no file: it is on no list, is not scanned, tells no offset but its own, and can be deleted', async () => {
  const user = newUser()
  const id = await sendPartial(one, user.token, Buffer.from('hello'))
  expect(await viewOf(one, user.token, id)).toMatchObject({ state: 'receiving', received: 5, length: 5 })
  const list = await fetch(`${two}${FILES_PATH}/uploads`, { headers: bearer(user.token) })
  expect(await list.json()).toEqual({ uploads: [], next_cursor: null })
  expect(await user.quota()).toEqual({ used: 0, reserved: 5 })
  expect((await user.remove(id)).status).toBe(204)
  expect((await tus(one, user.token, 'HEAD', `/${id}`)).status).toBe(404)
  expect(await user.quota()).toEqual({ used: 0, reserved: 0 })
  expect(await user.staged()).toEqual([])
})

test('deleting: a partial goes only with the final that waits for it, the final takes all of them along', async () => {
  const user = newUser()
  const ids = [
    await sendPartial(one, user.token, Buffer.from('whole')),
    await sendPartial(two, user.token, Buffer.from('ha'), 4),
  ]
  const final = idOf(await concatenate(one, user.token, ids))
  for (const id of ids) {
    const refused = await user.remove(id)
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([409, 'partial_claimed'])
  }
  expect(await user.quota()).toEqual({ used: 0, reserved: 9 })
  expect((await user.remove(final)).status).toBe(204)
  for (const id of [final, ...ids]) expect((await tus(two, user.token, 'HEAD', `/${id}`)).status).toBe(404)
  expect(await user.quota()).toEqual({ used: 0, reserved: 0 })
  // The record says that it is deleted, until the ledger takes it.
  expect(await user.staged()).toEqual([`${final}.json`])
})

test('the same request again, its answer was lost: the same upload, also when its parts are gone already', async () => {
  const user = newUser()
  const ids = [
    await sendPartial(one, user.token, Buffer.from('one')),
    await sendPartial(one, user.token, Buffer.from('two')),
  ]
  const answers = await Promise.all(
    [one, two, one, two].map((api) => concatenate(api, user.token, ids, { filename: 'a.dat' })),
  )
  const finals = new Set(answers.map(idOf))
  expect([answers.map(({ status }) => status), finals.size]).toEqual([[201, 201, 201, 201], 1])
  const [final = ''] = finals
  expect((await settled(one, user.token, final)).state).toBe('complete')
  expect(idOf(await concatenate(two, user.token, ids, { filename: 'a.dat' }))).toBe(final)
  const reversed = await concatenate(two, user.token, ids.toReversed(), { filename: 'a.dat' })
  expect([reversed.status, ((await reversed.json()) as { code: string }).code]).toEqual([409, 'partial_used'])
  expect(await user.quota()).toEqual({ used: 6, reserved: 0 })
})

const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]

test('what cannot be put together: 403 what is not the own, 404 what is not there, 409 what is no part', async () => {
  const user = newUser()
  const mine = await sendPartial(one, user.token, Buffer.from('mine'))
  const foreign = await sendPartial(one, newUser().token, Buffer.from('theirs'))
  const administrator = testToken({ sub: 'root', groups: ['admin'] })
  const ordinary = idOf(await tus(one, user.token, 'POST', '', { 'Upload-Length': '5' }))
  const deferred = idOf(
    await tus(one, user.token, 'POST', '', { 'Upload-Concat': 'partial', 'Upload-Defer-Length': '1' }),
  )
  const deleted = await sendPartial(one, user.token, Buffer.from('gone'))
  await user.remove(deleted)
  const cases: [ids: string[], token: string, want: [number, string]][] = [
    [[mine, foreign], user.token, [403, 'not_owner']],
    [[mine], administrator, [403, 'not_owner']],
    [[mine, '0198c5c5-0000-7000-8000-000000000000'], user.token, [404, 'unknown_partial']],
    [[mine, 'x'], user.token, [404, 'unknown_partial']],
    [[deleted], user.token, [404, 'unknown_partial']],
    [[mine, ordinary], user.token, [409, 'not_partial']],
    [[mine, deferred], user.token, [409, 'partial_deferred']],
    [[mine, mine], user.token, [400, 'bad_concat']],
  ]
  for (const [ids, token, want] of cases) expect(await codeOf(await concatenate(two, token, ids))).toEqual(want)
  // Nothing of it was claimed.
  expect((await user.remove(mine)).status).toBe(204)
  await user.remove(ordinary)
  await user.remove(deferred)
  expect(await user.quota()).toEqual({ used: 0, reserved: 0 })
})

test('rules of a file hold for the final: its name, its conflicts, its digest, its length', async () => {
  const user = newUser()
  const part = () => sendPartial(one, user.token, Buffer.from('hello'))
  expect(await codeOf(await concatenate(one, user.token, [await part()], { filename: '../up' }))).toEqual([
    400,
    'bad_name',
  ])
  const first = idOf(await concatenate(one, user.token, [await part()], { filename: 'a.dat', job_id: 'rules' }))
  await settled(one, user.token, first)
  const refuse = { filename: 'a.dat', job_id: 'rules', on_conflict: 'refuse' }
  expect(await codeOf(await concatenate(one, user.token, [await part()], refuse))).toEqual([409, 'name_taken'])
  const wrong = idOf(await concatenate(one, user.token, [await part()], { filename: 'b.dat', sha256: '0'.repeat(64) }))
  const view = await settled(one, user.token, wrong)
  expect([view.state, view.verdict?.reasons.map(({ code }) => code)]).toEqual(['quarantined', ['digest_mismatch']])
  expect((await tus(one, user.token, 'HEAD', `/${wrong}`)).headers.get('upload-offset')).toBe('5')
  expect((await user.remove(wrong)).status).toBe(204)
})

test('a final goes by its Upload-Token too, and a part by its own', async () => {
  const user = newUser()
  const created = await tus(one, user.token, 'POST', '', { 'Upload-Concat': 'partial', 'Upload-Length': '5' })
  const answer = await concatenate(one, user.token, [idOf(created)])
  const by = (response: Response, method: string) =>
    fetch(`${two}${TUS_PATH}/${idOf(response)}`, {
      method,
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Token': response.headers.get('upload-token') ?? '' },
    })
  expect([(await by(created, 'HEAD')).status, (await by(answer, 'HEAD')).status]).toEqual([200, 200])
  expect((await by(answer, 'DELETE')).status).toBe(204)
  expect((await by(created, 'HEAD')).status).toBe(404)
})

test('quota: a final takes no room of its own, and parts beyond it are refused', async () => {
  const limited = await startSite({ apis: 1, env: { QUOTA_BYTES: '10', MAX_UPLOAD_BYTES: '8' } })
  try {
    const api = limited.apis[0]?.url ?? ''
    const token = testToken({ sub: 'kim' })
    const ids = [
      await sendPartial(api, token, Buffer.from('five1')),
      await sendPartial(api, token, Buffer.from('five2')),
    ]
    const more = await tus(api, token, 'POST', '', { 'Upload-Concat': 'partial', 'Upload-Length': '1' })
    expect(await codeOf(more)).toEqual([413, 'quota_exceeded'])
    expect(await codeOf(await concatenate(api, token, ids))).toEqual([413, 'upload_too_large'])
    expect((await concatenate(api, token, ids.slice(0, 1))).status).toBe(201)
  } finally {
    await limited.stop()
  }
})
