import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import { ALL, append, deck, type IetfRequest, idIn, ietf, ietfClient, PART, sha256 } from '../support/ietf.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { idOf, settled, tus, viewOf } from '../support/tus.ts'

let site: Site
let api: string
const token = testToken({ sub: 'kim' })
const half = deck.length / 2

beforeAll(async () => {
  site = await startSite({ scans: 1, env: { MAX_UPLOAD_BYTES: String(200 * MIB), QUOTA_BYTES: String(300 * MIB) } })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  expect(await site.stop()).toEqual([0, 0])
})

const placed = (id: string) => readFile(join(site.root, 'users/kim/jobs/inbox', id))

describe.each([6, 10])('interop version %d', (version) => {
  const { call, standing, begun } = ietfClient(() => api, token, version)
  const appended = version === 6 ? 201 : 204
  // Seven days, less the seconds that a busy machine takes to answer.
  const lifetime =
    version === 6 ? /^max-size=209715200, expires=604(800|7\d\d)$/ : /^max-size=209715200, max-age=604(800|7\d\d)$/

  test('a whole file in one request: 104 with the URL before, 201 after, and it goes to the scan', async () => {
    const answer = await call({ headers: { ...ALL, 'Upload-Length': String(deck.length) }, body: deck })
    expect(answer.status).toBe(201)
    expect(answer.headers).toMatchObject({
      'upload-complete': '?1',
      'upload-offset': String(deck.length),
      'upload-limit': 'max-size=209715200',
      'upload-draft-interop-version': String(version),
      'cache-control': 'no-store',
    })
    expect(answer.interims.map(({ status, phrase }) => `${status} ${phrase}`)).toEqual([
      '104 Upload Resumption Supported',
    ])
    expect(answer.interims[0]?.headers).toEqual({
      location: answer.headers.location,
      'upload-draft-interop-version': String(version),
      'upload-limit': expect.stringMatching(lifetime),
      'upload-token': answer.headers['upload-token'],
    })
    const id = idIn(answer)
    expect(await settled(api, token, id)).toMatchObject({ state: 'complete', length: deck.length })
    expect((await placed(id)).equals(deck)).toBe(true)
    expect(await standing(id)).toEqual([String(deck.length), '?1'])
  })

  test('in parts: each is answered with where the upload is, the last as the whole', async () => {
    const first = await call({ headers: { ...PART, 'Upload-Length': '9' }, body: Buffer.from('abc') })
    expect([first.status, first.headers['upload-complete'], first.headers['upload-offset']]).toEqual([201, '?0', '3'])
    expect(first.headers['upload-limit']).toMatch(lifetime)
    const id = idIn(first)
    const second = await call(append(id, 3, PART, Buffer.from('def')))
    expect([second.status, second.headers['upload-complete'], second.headers['upload-offset']]).toEqual([
      appended,
      '?0',
      '6',
    ])
    const last = await call(append(id, 6, ALL, Buffer.from('ghi')))
    expect([last.status, last.headers['upload-complete'], last.headers.location]).toEqual([
      201,
      '?1',
      first.headers.location,
    ])
    await settled(api, token, id)
    expect((await placed(id)).toString()).toBe('abcdefghi')
  })

  test('of unknown length: begun empty, sent in chunks, ended by a body without bytes', async () => {
    const id = await begun()
    expect(await standing(id)).toEqual(['0', '?0'])
    expect((await call({ ...append(id, 0, PART, deck), chunks: true })).status).toBe(appended)
    expect((await viewOf(api, token, id)).state).toBe('receiving')
    const head = await call({ method: 'HEAD', path: `/${id}` })
    expect(head.headers['upload-length']).toBeUndefined()
    expect((await call(append(id, deck.length, ALL))).status).toBe(201)
    expect(await settled(api, token, id)).toMatchObject({ state: 'complete', length: deck.length })
  })

  test.each<[string, IetfRequest, number]>([
    ['in chunks without a length', { headers: ALL, body: deck, chunks: true }, deck.length],
    ['empty', { headers: ALL }, 0],
    ['empty, in chunks', { headers: ALL, body: Buffer.alloc(0), chunks: true }, 0],
    ['empty and announced as such', { headers: { ...ALL, 'Upload-Length': '0' } }, 0],
  ])('a whole file %s', async (_name, request, length) => {
    const answer = await call(request)
    expect([answer.status, answer.headers['upload-complete']]).toEqual([201, '?1'])
    expect(await settled(api, token, idIn(answer))).toMatchObject({ length })
  })

  test('cancelled: 204, then 404, and its room is free again', async () => {
    const own = testToken({ sub: `quota-${version}` })
    const call = (request: IetfRequest) => ietf(api, own, version, request)
    const reserve = (bytes: number) => call({ headers: { ...PART, 'Upload-Length': String(bytes) } })
    const id = idIn(await reserve(150 * MIB))
    const full = await reserve(180 * MIB)
    expect([full.status, JSON.parse(full.body).code, full.headers.location]).toEqual([413, 'quota_exceeded', undefined])
    expect((await call({ method: 'DELETE', path: `/${id}` })).status).toBe(204)
    expect((await call({ method: 'HEAD', path: `/${id}` })).status).toBe(404)
    const again = idIn(await reserve(180 * MIB))
    expect((await call({ method: 'DELETE', path: `/${again}` })).status).toBe(204)
  })

  test.each([
    [deck, 'complete'],
    [Buffer.concat([deck, Buffer.from('!')]), 'quarantined'],
  ])('a digest of the whole is compared by the scan', async (body, state) => {
    const request = { headers: { ...ALL, 'Repr-Digest': `sha-256=:${sha256(deck)}:` }, body }
    expect((await settled(api, token, idIn(await call(request)))).state).toBe(state)
  })

  test('GET is HEAD for version 10, and a download for version 6', async () => {
    const id = await begun({}, Buffer.from('abc'))
    const answer = await call({ method: 'GET', path: `/${id}` })
    expect(answer.status).toBe(version === 6 ? 409 : 204)
    expect(answer.headers['upload-offset']).toBe(version === 6 ? undefined : '3')
  })

  test('OPTIONS tells the limits and the type of an append, to anybody', async () => {
    const { status, headers } = await call({ method: 'OPTIONS', headers: { Authorization: '' } })
    expect([status, headers['upload-limit']]).toEqual([204, 'max-size=209715200'])
    expect(headers['accept-patch']).toContain('application/partial-upload')
  })

  test('an upload begun here is finished by tus, and the other way round', async () => {
    const id = await begun({ 'Upload-Length': String(deck.length) }, deck.subarray(0, half))
    const stream = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(half) }
    expect((await tus(api, token, 'PATCH', `/${id}`, stream, deck.subarray(half))).status).toBe(204)
    expect((await settled(api, token, id)).state).toBe('complete')

    const created = await tus(api, token, 'POST', '', { 'Upload-Length': String(deck.length) })
    const other = created.headers.get('location')?.split('/').at(-1) ?? ''
    expect((await call(append(other, 0, ALL, deck))).status).toBe(201)
    expect((await settled(api, token, other)).state).toBe('complete')
  })

  test('a part of a tus concatenation takes bytes, what it is put together to takes none', async () => {
    const parts = await Promise.all(
      [0, 1].map(() => tus(api, token, 'POST', '', { 'Upload-Length': '3', 'Upload-Concat': 'partial' })),
    )
    const urls = parts.map((part) => part.headers.get('location') ?? '')
    const final = idOf(await tus(api, token, 'POST', '', { 'Upload-Concat': `final;${urls.join(' ')}` }))
    expect((await call(append(final, 0, ALL, Buffer.from('abc')))).status).toBe(403)
    expect((await call({ method: 'HEAD', path: `/${final}` })).status).toBe(409)
    for (const part of parts) {
      const whole = await call(append(idOf(part), 0, ALL, Buffer.from('abc')))
      expect([whole.status, whole.headers['upload-complete']]).toEqual([201, '?1'])
    }
    await settled(api, token, final)
    const look = await call({ method: 'HEAD', path: `/${final}` })
    expect([look.status, look.headers['upload-offset'], look.headers['upload-complete']]).toEqual([204, '6', '?1'])
    expect((await placed(final)).toString()).toBe('abcabc')
  })
})

describe('names', () => {
  test.each<[string, IetfRequest, string]>([
    ['Content-Disposition', { headers: { 'Content-Disposition': 'inline; filename="run 1.k"' } }, 'inbox/run 1.k'],
    [
      'filename* before filename',
      { headers: { 'Content-Disposition': 'attachment; filename="x.k"; filename*=UTF-8\'\'tr%C3%A4ger.k' } },
      'inbox/träger.k',
    ],
    [
      'UTF-8 as curl sends it',
      { headers: { 'Content-Disposition': 'inline; filename="träger 2.k"' } },
      'inbox/träger 2.k',
    ],
    ['the query', { path: '?filename=a.k&job_id=crash-42&path=run%207/' }, 'crash-42/run 7/a.k'],
    [
      'the query before the header',
      {
        path: '?filename=b.k&job_id=crash-42&on_conflict=refuse',
        headers: { 'Content-Disposition': 'inline; filename=z.k' },
      },
      'crash-42/b.k',
    ],
  ])('by %s', async (_name, { path, headers = {} }, wanted) => {
    const answer = await ietf(api, token, 10, {
      headers: { ...PART, ...headers },
      ...(path === undefined ? {} : { path }),
    })
    const view = await viewOf(api, token, idIn(answer))
    expect(`${view.job_id}/${view.path}`).toBe(wanted)
  })

  test('a name that is taken is refused where that was asked for', async () => {
    const path = '?filename=taken.k&on_conflict=refuse'
    const first = await ietf(api, token, 10, { path, headers: ALL, body: deck })
    await settled(api, token, idIn(first))
    const second = await ietf(api, token, 10, { path, headers: ALL, body: deck })
    expect([second.status, JSON.parse(second.body).code]).toEqual([409, 'name_taken'])
  })
})

test('bytes that are durable are told while more come (version 10)', async () => {
  const body = randomBytes(70 * MIB)
  const { status, interims } = await ietf(api, testToken({ sub: 'lee' }), 10, { headers: ALL, body })
  const offsets = interims.slice(1).map(({ headers }) => Number(headers['upload-offset']))
  expect(status).toBe(201)
  expect(offsets.length).toBeGreaterThan(0)
  for (const offset of offsets) expect(offset).toBeGreaterThanOrEqual(64 * MIB)
  expect(interims.slice(1).every(({ headers }) => headers.location === undefined)).toBe(true)
})
