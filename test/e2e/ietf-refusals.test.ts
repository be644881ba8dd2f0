import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import { ALL, append, deck, type IetfRequest, idIn, ietf, ietfClient, PART, PARTIAL, sha256 } from '../support/ietf.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { viewOf } from '../support/tus.ts'

let site: Site
let api: string
const token = testToken({ sub: 'kim' })

beforeAll(async () => {
  site = await startSite({ env: { MAX_UPLOAD_BYTES: String(200 * MIB), QUOTA_BYTES: String(300 * MIB) } })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  expect(await site.stop()).toEqual([0])
})

const problemType = (name: string) => `https://iana.org/assignments/http-problem-types#${name}`

describe.each([6, 10])('interop version %d', (version) => {
  const { call, standing, begun } = ietfClient(() => api, token, version)

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
    expect(await viewOf(api, token, id)).toMatchObject({ state: 'received', length: deck.length })
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

  test('Upload-* in a HEAD or a DELETE is refused by version 6 only', async () => {
    const id = await begun()
    const status = version === 6 ? 400 : 204
    for (const method of ['HEAD', 'DELETE'])
      expect((await call({ method, path: `/${id}`, headers: { 'Upload-Offset': '0' } })).status).toBe(status)
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

test.each(['3', '7', '?1', 'six'])('another interop version is not guessed at: %s', async (version) => {
  const answer = await ietf(api, token, 6, { headers: { ...ALL, 'Upload-Draft-Interop-Version': version }, body: deck })
  expect([answer.status, answer.interims]).toEqual([/^\d/.test(version) ? 412 : 400, []])
})

test('whoever names a version of tus speaks tus', async () => {
  const answer = await ietf(api, token, 6, { headers: { ...ALL, 'Tus-Resumable': '1.0.0' }, body: deck })
  expect([answer.status, answer.headers['tus-resumable'], answer.interims]).toEqual([415, '1.0.0', []])
})
