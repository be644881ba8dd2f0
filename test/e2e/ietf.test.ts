import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import { type IetfRequest, idIn, ietf, PARTIAL } from '../support/ietf.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { idOf, settled, tus, viewOf } from '../support/tus.ts'

let site: Site
let api: string
const token = testToken({ sub: 'kim' })
const deck = Buffer.from(`*KEYWORD\n${'$ a line of a deck\n'.repeat(500)}*END\n`)
const half = deck.length / 2

beforeAll(async () => {
  site = await startSite({ scans: 1, env: { MAX_UPLOAD_BYTES: String(200 * MIB), QUOTA_BYTES: String(300 * MIB) } })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  expect(await site.stop()).toEqual([0, 0])
})

const ALL = { 'Upload-Complete': '?1' }
const PART = { 'Upload-Complete': '?0' }
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64')
const append = (id: string, offset: number, more: Record<string, string>, body?: Buffer): IetfRequest => ({
  method: 'PATCH',
  path: `/${id}`,
  headers: { ...PARTIAL, 'Upload-Offset': String(offset), ...more },
  ...(body === undefined ? {} : { body }),
})
const problemType = (name: string) => `https://iana.org/assignments/http-problem-types#${name}`
const placed = (id: string) => readFile(join(site.root, 'users/kim/jobs/inbox', id))

describe.each([6, 10])('interop version %d', (version) => {
  const call = (request: IetfRequest) => ietf(api, token, version, request)
  const appended = version === 6 ? 201 : 204
  const lifetime = version === 6 ? /^max-size=209715200, expires=604800$/ : /^max-size=209715200, max-age=604800$/

  /** What HEAD says of an upload. */
  async function standing(id: string): Promise<[offset: string | undefined, complete: string | undefined]> {
    const { status, headers } = await call({ method: 'HEAD', path: `/${id}` })
    expect(status).toBe(204)
    return [headers['upload-offset'], headers['upload-complete']]
  }
  const begun = async (headers: Record<string, string> = {}, body?: Buffer) =>
    idIn(await call({ headers: { ...PART, ...headers }, ...(body === undefined ? {} : { body }) }))

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

  test('an append at another offset: 409 with both offsets', async () => {
    const id = await begun({}, deck)
    const answer = await call(append(id, 5, ALL, deck))
    expect([answer.status, answer.headers['content-type']]).toEqual([409, 'application/problem+json'])
    expect(answer.headers['upload-offset']).toBe(String(deck.length))
    expect(answer.headers['upload-complete']).toBe(version === 6 ? '?0' : undefined)
    expect(JSON.parse(answer.body)).toMatchObject({
      type: problemType('mismatching-upload-offset'),
      title: expect.any(String),
      status: 409,
      code: 'wrong_offset',
      'expected-offset': deck.length,
      'provided-offset': 5,
    })
    expect(await standing(id)).toEqual([String(deck.length), '?0'])
  })

  test('an append to a complete upload changes nothing', async () => {
    const id = idIn(await call({ headers: ALL, body: deck }))
    const answer = await call(append(id, deck.length, ALL, Buffer.from('more')))
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ type: problemType('completed-upload'), code: 'upload_completed' })
    const repeated = await call(append(id, deck.length, ALL))
    expect(repeated.status).toBe(version === 6 ? 400 : 201)
    expect(await settled(api, token, id)).toMatchObject({ state: 'complete', length: deck.length })
  })

  test.each<[string, IetfRequest]>([
    ['a whole body of another length', { headers: { ...ALL, 'Upload-Length': '5' }, body: Buffer.from('abc') }],
    ['a part longer than the whole', { headers: { ...PART, 'Upload-Length': '2' }, body: Buffer.from('abc') }],
    [
      'chunks that end too early',
      { headers: { ...ALL, 'Upload-Length': '5' }, body: Buffer.from('abc'), chunks: true },
    ],
    ['chunks that go on', { headers: { ...PART, 'Upload-Length': '2' }, body: Buffer.from('abc'), chunks: true }],
  ])('a creation with lengths that contradict: %s', async (_name, request) => {
    const answer = await call(request)
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json'])
    expect(JSON.parse(answer.body).type).toBe(problemType('inconsistent-upload-length'))
    expect(answer.headers.location).toBeUndefined()
  })

  test.each<[string, Record<string, string>, boolean]>([
    ['another Upload-Length', { ...PART, 'Upload-Length': '9' }, false],
    ['the last bytes, and some are missing', ALL, false],
    ['the last chunks, and some are missing', ALL, true],
  ])('an append with lengths that contradict: %s', async (_name, headers, chunks) => {
    const id = await begun({ 'Upload-Length': '8' }, Buffer.from('abc'))
    const answer = await call({ ...append(id, 3, headers, Buffer.from('de')), chunks })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body).type).toBe(problemType('inconsistent-upload-length'))
    const [offset] = await standing(id)
    expect(offset).toBe(answer.headers['upload-offset'])
    expect(
      (await call(append(id, Number(offset), ALL, Buffer.from('defgh').subarray(Number(offset) - 3)))).status,
    ).toBe(201)
  })

  test('chunks that run over the length: 400, and from version 10 on the upload is no more', async () => {
    const id = await begun({ 'Upload-Length': '4' })
    const answer = await call({ ...append(id, 0, PART, Buffer.from('abcdef')), chunks: true })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, 'inconsistent_length'])
    expect((await call({ method: 'HEAD', path: `/${id}` })).status).toBe(version === 6 ? 204 : 404)
  })

  test.each<[string, IetfRequest, number, string]>([
    ['no Upload-Complete', {}, 400, 'bad_upload_field'],
    ['Upload-Complete: 1', { headers: { 'Upload-Complete': '1' } }, 400, 'bad_structured_field'],
    ['Upload-Length: -1', { headers: { ...ALL, 'Upload-Length': '-1' } }, 400, 'bad_structured_field'],
    ['Upload-Length: 1e3', { headers: { ...ALL, 'Upload-Length': '1e3' } }, 400, 'bad_structured_field'],
    ['Upload-Offset: 1', { headers: { ...ALL, 'Upload-Offset': '1' } }, 400, 'bad_upload_field'],
    ['too large', { headers: { ...PART, 'Upload-Length': String(201 * MIB) } }, 413, 'upload_too_large'],
    ['half a digest', { headers: { ...ALL, 'Repr-Digest': 'sha-256=:AAAA:' } }, 400, 'bad_digest'],
    ['no digest', { headers: { ...ALL, 'Content-Digest': 'sha-256' } }, 400, 'bad_digest'],
    [
      'a digest of other bytes',
      { headers: { ...ALL, 'Content-Digest': `sha-256=:${sha256(deck)}:` } },
      400,
      'digest_mismatch',
    ],
    ['a bad name', { path: '?filename=a%2Fb', headers: ALL }, 400, 'bad_name'],
    [
      'a name nobody can read',
      { headers: { ...ALL, 'Content-Disposition': "inline; filename*=UTF-8''%zz" } },
      400,
      'bad_content_disposition',
    ],
    ['another method', { method: 'PUT', headers: ALL }, 404, 'unknown_upload'],
  ])('a creation refused: %s', async (_name, request, status, code) => {
    const answer = await call(request)
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code])
    expect(answer.headers).toMatchObject({ 'upload-limit': 'max-size=209715200' })
    expect(answer.headers.location).toBeUndefined()
  })

  test.each<[string, Record<string, string>, number]>([
    ['no Upload-Offset', { ...PARTIAL, ...ALL }, 400],
    ['a decimal Upload-Offset', { ...PARTIAL, ...ALL, 'Upload-Offset': '0.0' }, 400],
    ['another type', { ...ALL, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' }, 415],
    ['no Upload-Complete', { ...PARTIAL, 'Upload-Offset': '0' }, version === 6 ? 201 : 400],
  ])('an append with %s', async (_name, headers, status) => {
    const id = await begun()
    expect((await call({ method: 'PATCH', path: `/${id}`, headers, body: deck })).status).toBe(status)
  })

  test('a digest of the body is compared before anything is kept', async () => {
    const good = { 'Content-Digest': `sha-512=:${createHash('sha512').update(deck).digest('base64')}:, md5=:AAAA:` }
    const id = await begun(good, deck)
    const bad = await call(
      append(id, deck.length, { ...PART, 'Content-Digest': `sha-256=:${sha256(deck)}:` }, Buffer.from('x')),
    )
    expect([bad.status, JSON.parse(bad.body).code]).toEqual([400, 'digest_mismatch'])
    expect(await standing(id)).toEqual([String(deck.length), '?0'])
  })

  test.each([
    [deck, 'complete'],
    [Buffer.concat([deck, Buffer.from('!')]), 'quarantined'],
  ])('a digest of the whole is compared by the scan', async (body, state) => {
    const request = { headers: { ...ALL, 'Repr-Digest': `sha-256=:${sha256(deck)}:` }, body }
    expect((await settled(api, token, idIn(await call(request)))).state).toBe(state)
  })

  test('Upload-* in a HEAD or a DELETE is refused by version 6 only', async () => {
    const id = await begun()
    const status = version === 6 ? 400 : 204
    for (const method of ['HEAD', 'DELETE'])
      expect((await call({ method, path: `/${id}`, headers: { 'Upload-Offset': '0' } })).status).toBe(status)
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
    expect((await call({ method: 'HEAD', path: `/${final}` })).status).toBe(403)
    for (const part of parts) {
      const whole = await call(append(idOf(part), 0, ALL, Buffer.from('abc')))
      expect([whole.status, whole.headers['upload-complete']]).toEqual([201, '?1'])
    }
    await settled(api, token, final)
    expect((await placed(final)).toString()).toBe('abcabc')
  })

  test('only the owner gets in, or who has the Upload-Token', async () => {
    const created = await call({ headers: PART })
    const id = idIn(created)
    const stranger = testToken({ sub: 'eve' })
    const as = (who: string, headers: Record<string, string> = {}) =>
      ietf(api, who, version, { method: 'HEAD', path: `/${id}`, headers })
    expect((await as(stranger)).status).toBe(403)
    expect((await as('nonsense')).status).toBe(401)
    expect((await as('nonsense', { 'Upload-Token': created.headers['upload-token'] ?? '' })).status).toBe(204)
    expect((await ietf(api, 'nonsense', version, { headers: ALL })).status).toBe(401)
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

test.each(['3', '7', '?1', 'six'])('another interop version is not guessed at: %s', async (version) => {
  const answer = await ietf(api, token, 6, { headers: { ...ALL, 'Upload-Draft-Interop-Version': version }, body: deck })
  expect([answer.status, answer.interims]).toEqual([/^\d/.test(version) ? 412 : 400, []])
})

test('whoever names a version of tus speaks tus', async () => {
  const answer = await ietf(api, token, 6, { headers: { ...ALL, 'Tus-Resumable': '1.0.0' }, body: deck })
  expect([answer.status, answer.headers['tus-resumable'], answer.interims]).toEqual([415, '1.0.0', []])
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
