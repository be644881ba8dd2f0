import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Site, startSite } from '../support/site.ts'
import { TEST_SECRET, testToken } from '../support/tokens.ts'
import { bearer, encodeMetadata, FILES_PATH, idOf, send, TUS_PATH, tus } from '../support/tus.ts'

let site: Site
let api: string
const alice = testToken({ sub: 'alice' })
const bob = testToken({ sub: 'bob' })
const admin = testToken({ sub: 'root', groups: ['admin'] })

beforeAll(async () => {
  site = await startSite({ env: { MAX_UPLOAD_BYTES: '1000000', QUOTA_BYTES: '3000000' } })
  api = site.apis[0]?.url ?? ''
})
afterAll(async () => {
  expect(await site.stop()).toEqual([0])
})

const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = (header: object, claims: object) => {
  const body = `${b64(header)}.${b64(claims)}`
  return `${body}.${createHmac('sha256', TEST_SECRET).update(body).digest('base64url')}`
}
const good = { sub: 'alice', permissions: ['dashboard'], exp: Math.floor(Date.now() / 1000) + 600 }
const create = (token: string, headers: Record<string, string>) => tus(api, token, 'POST', '', headers)

async function problem(
  response: Response,
): Promise<{ status: number; code: string; message: string; [more: string]: unknown }> {
  return { status: response.status, ...((await response.json()) as { code: string; message: string }) }
}

describe('401: every way a token can be wrong, on REST and on tus', () => {
  const tokens: [string, string | undefined][] = [
    ['no token', undefined],
    ['no scheme', 'abc'],
    ['malformed', 'Bearer abc'],
    ['expired', `Bearer ${testToken({ sub: 'alice', expiresIn: -10 })}`],
    ['another secret', `Bearer ${testToken({ sub: 'alice' }, 'x'.repeat(40))}`],
    ['alg none', `Bearer ${b64({ alg: 'none' })}.${b64(good)}.`],
    ['alg HS512 in the header', `Bearer ${signed({ alg: 'HS512' }, good)}`],
    ['unsafe sub', `Bearer ${signed({ alg: 'HS256' }, { ...good, sub: '../root' })}`],
    ['sub with a slash', `Bearer ${signed({ alg: 'HS256' }, { ...good, sub: 'a/b' })}`],
    ['no sub', `Bearer ${signed({ alg: 'HS256' }, { permissions: ['dashboard'] })}`],
    ['sub is a number', `Bearer ${signed({ alg: 'HS256' }, { ...good, sub: 7 })}`],
  ]
  test.each(tokens)('%s', async (_name, authorization) => {
    const headers = {
      'Tus-Resumable': '1.0.0',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    }
    for (const [method, path] of [
      ['GET', `${FILES_PATH}/uploads`],
      ['GET', `${FILES_PATH}/quota`],
      ['POST', TUS_PATH],
      ['HEAD', `${TUS_PATH}/0198c5c5-0000-7000-8000-000000000000`],
      ['PATCH', `${TUS_PATH}/0198c5c5-0000-7000-8000-000000000000`],
    ]) {
      const response = await fetch(`${api}${path}`, { method: method ?? '', headers })
      expect([method, response.status]).toEqual([method, 401])
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="airlock"/)
    }
  })
  test('a token never stands in a log', () => {
    const lines = site.apis[0]?.process.logs.join('\n') ?? ''
    expect(lines).toContain('"status":401')
    expect(lines).not.toMatch(/eyJ|Bearer /)
  })
})

describe('403', () => {
  test('the permission is missing', async () => {
    const response = await fetch(`${api}${FILES_PATH}/uploads`, {
      headers: bearer(testToken({ sub: 'eve', permissions: [] })),
    })
    expect(await problem(response)).toMatchObject({ status: 403, code: 'missing_permission' })
  })

  test("somebody else's upload, on every route and every tus method; an administrator may", async () => {
    const { id } = await send(api, alice, Buffer.from('*KEYWORD\n'), { filename: 'deck.k', user_id: 'bob' })
    for (const [method, path] of [
      ['GET', `/uploads/${id}`],
      ['GET', `/uploads/${id}/content`],
      ['POST', `/uploads/${id}/ticket`],
      ['DELETE', `/uploads/${id}`],
      ['GET', `/upload/${id}`],
      ['GET', '/uploads?user=alice'],
      ['GET', '/uploads?user=*'],
      ['GET', '/quota?user=alice'],
    ]) {
      const response = await fetch(`${api}${FILES_PATH}${path}`, { method: method ?? '', headers: bearer(bob) })
      expect([method, path, response.status]).toEqual([method, path, 403])
    }
    const stream = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
    expect((await tus(api, bob, 'HEAD', `/${id}`)).status).toBe(403)
    expect((await tus(api, bob, 'PATCH', `/${id}`, stream, Buffer.from('x'))).status).toBe(403)
    expect((await tus(api, bob, 'DELETE', `/${id}`)).status).toBe(403)
    expect((await tus(api, bob, 'POST', `/${id}`, { 'X-HTTP-Method-Override': 'DELETE' })).status).toBe(403)

    const seen = await fetch(`${api}${FILES_PATH}/uploads?user=alice`, { headers: bearer(admin) })
    expect(((await seen.json()) as { uploads: { id: string; owner: string }[] }).uploads).toMatchObject([
      { id, owner: 'alice' },
    ])
    expect((await tus(api, admin, 'HEAD', `/${id}`)).status).toBe(200)
  })
})

describe('400: names and metadata', () => {
  const bad: [string, Record<string, string>, string][] = [
    ['a separator in the name', { filename: 'a/b.k' }, 'bad_name'],
    ['a control character', { filename: 'a\u0000b.k' }, 'bad_name'],
    ['a job that climbs', { filename: 'a', job_id: '..' }, 'bad_name'],
    ['a hidden job', { filename: 'a', job_id: '.airlock' }, 'bad_job_id'],
    ['a path that climbs', { filename: 'a', relativePath: 'x/../../a' }, 'bad_path'],
    ['an absolute path', { filename: 'a', relativePath: '/etc/passwd' }, 'bad_path'],
    ['a name that is too long', { filename: 'x'.repeat(256) }, 'name_too_long'],
    ['an unknown on_conflict', { filename: 'a', on_conflict: 'overwrite' }, 'bad_on_conflict'],
    ['a short digest', { filename: 'a', sha256: 'abc' }, 'bad_sha256'],
  ]
  test.each(bad)('%s', async (_name, metadata, code) => {
    const response = await create(alice, { 'Upload-Length': '5', 'Upload-Metadata': encodeMetadata(metadata) })
    expect(await problem(response)).toMatchObject({ status: 400, code })
  })
  test.each([
    ['not Base64', 'filename !!!'],
    ['a key twice', 'filename YQ==,filename YQ=='],
    ['an empty key', 'a YQ==,,b YQ=='],
    ['not UTF-8', `filename ${Buffer.from([0xff, 0xfe]).toString('base64')}`],
  ])('metadata: %s', async (_name, metadata) => {
    const response = await create(alice, { 'Upload-Length': '5', 'Upload-Metadata': metadata })
    expect(await problem(response)).toMatchObject({ status: 400, code: 'bad_metadata' })
  })
  test.each([
    ['no length', {}],
    ['a negative length', { 'Upload-Length': '-1' }],
    ['length and deferred length', { 'Upload-Length': '1', 'Upload-Defer-Length': '1' }],
  ])('tus headers: %s', async (_name, headers) => {
    expect(await problem(await create(alice, headers))).toMatchObject({ status: 400, code: 'bad_tus_request' })
  })
})

describe('what the protocol refuses', () => {
  test('404 for unknown ids, of any form, and for deleted uploads', async () => {
    for (const id of [
      '0198c5c5-0000-7000-8000-000000000000',
      'x',
      '..%2f..%2fetc',
      '0198c5c5-0000-7000-8000-000000000000.json',
    ]) {
      expect([id, (await tus(api, alice, 'HEAD', `/${id}`)).status]).toEqual([id, 404])
    }
    const { id } = await send(api, alice, Buffer.alloc(0)).then(async () => ({
      id: idOf(await create(alice, { 'Upload-Length': '5' })),
    }))
    expect((await tus(api, alice, 'DELETE', `/${id}`)).status).toBe(204)
    expect((await tus(api, alice, 'HEAD', `/${id}`)).status).toBe(404)
    expect((await fetch(`${api}${FILES_PATH}/uploads/${id}`, { headers: bearer(alice) })).status).toBe(404)
  })

  test('409 for a wrong offset, and for a name that is taken where on_conflict is refuse', async () => {
    const id = idOf(await create(alice, { 'Upload-Length': '5' }))
    const stream = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '3' }
    expect(await problem(await tus(api, alice, 'PATCH', `/${id}`, stream, Buffer.from('ab')))).toMatchObject({
      status: 409,
      code: 'wrong_offset',
    })
    const early = await fetch(`${api}${FILES_PATH}/uploads/${id}/content`, { headers: bearer(alice) })
    expect(await problem(early)).toMatchObject({ status: 409, code: 'not_complete', state: 'receiving' })
  })

  test('412 without or with another version of tus, naming ours', async () => {
    for (const version of ['0.2.2', undefined]) {
      const response = await fetch(`${api}${TUS_PATH}`, {
        method: 'POST',
        headers: {
          ...bearer(alice),
          'Upload-Length': '1',
          ...(version === undefined ? {} : { 'Tus-Resumable': version }),
        },
      })
      expect(response.headers.get('tus-version')).toBe('1.0.0')
      expect(await problem(response)).toMatchObject({ status: 412, code: 'tus_version' })
    }
  })

  test('413 beyond the size limit, beyond the quota (with the figures), and for a body beyond the length', async () => {
    expect(await problem(await create(alice, { 'Upload-Length': '1000001' }))).toMatchObject({
      status: 413,
      code: 'upload_too_large',
      max_upload_bytes: 1_000_000,
    })
    const carol = testToken({ sub: 'carol' })
    for (let i = 0; i < 3; i++) expect((await create(carol, { 'Upload-Length': '1000000' })).status).toBe(201)
    expect(await problem(await create(carol, { 'Upload-Length': '1' }))).toMatchObject({
      status: 413,
      code: 'quota_exceeded',
      quota_reserved: 3_000_000,
      quota_limit: 3_000_000,
    })
    const id = idOf(await create(alice, { 'Upload-Length': '2' }))
    const stream = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
    expect((await tus(api, alice, 'PATCH', `/${id}`, stream, Buffer.from('abc'))).status).toBe(413)
  })

  test('415 for another content type', async () => {
    const id = idOf(await create(alice, { 'Upload-Length': '2' }))
    for (const type of ['application/octet-stream', 'text/plain']) {
      const response = await tus(
        api,
        alice,
        'PATCH',
        `/${id}`,
        { 'Content-Type': type, 'Upload-Offset': '0' },
        Buffer.from('ab'),
      )
      expect(await problem(response)).toMatchObject({ status: 415, code: 'wrong_content_type' })
    }
    const stream = { 'Content-Type': 'Application/Offset+Octet-Stream; charset=x', 'Upload-Offset': '0' }
    expect((await tus(api, alice, 'PATCH', `/${id}`, stream, Buffer.from('ab'))).status).toBe(204)
  })

  test('a large body that is refused does not keep the connection, and the answer arrives', async () => {
    const response = await tus(
      api,
      alice,
      'PATCH',
      '/0198c5c5-0000-7000-8000-000000000000',
      { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' },
      Buffer.alloc(2_000_000),
    )
    expect(response.status).toBe(404)
  })

  test('OPTIONS tells what is offered, without a token', async () => {
    const response = await fetch(`${api}${TUS_PATH}`, { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers.get('tus-version')).toBe('1.0.0')
    expect(response.headers.get('tus-extension')).toBe(
      'creation,creation-with-upload,creation-defer-length,termination,expiration,checksum,checksum-trailer,concatenation,concatenation-unfinished',
    )
    expect(response.headers.get('tus-max-size')).toBe('1000000')
  })
})

test('507 where the file system has no room to give, with the figures', async () => {
  const full = await startSite({ env: { FREE_BYTES_RESERVE: '1000T' } })
  try {
    const response = await tus(full.apis[0]?.url ?? '', alice, 'POST', '', { 'Upload-Length': '10' })
    expect(response.headers.get('retry-after')).toBe('300')
    expect(await problem(response)).toMatchObject({ status: 507, code: 'no_room', free_bytes: 0 })
  } finally {
    await full.stop()
  }
})
