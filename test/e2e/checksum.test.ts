import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, idOf, TUS_PATH, tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

let site: Site
let api: string
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  site = await startSite()
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site.stop())

const stream = (offset: number) => ({
  'Content-Type': 'application/offset+octet-stream',
  'Upload-Offset': String(offset),
})
const digest = (algorithm: string, text: string) =>
  `${algorithm} ${createHash(algorithm).update(text).digest('base64')}`
const create = async () => idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '10' }))
const offset = async (id: string) => (await tus(api, token, 'HEAD', `/${id}`)).headers.get('upload-offset')

/** Sends `text` with a checksum; answers the status. */
async function patch(id: string, at: number, checksum: string, text: string): Promise<number> {
  const headers = { ...stream(at), 'Upload-Checksum': checksum }
  return (await tus(api, token, 'PATCH', `/${id}`, headers, Buffer.from(text))).status
}

test('OPTIONS names the algorithms, sha1 among them', async () => {
  const response = await fetch(`${api}${TUS_PATH}`, { method: 'OPTIONS' })
  expect(response.headers.get('tus-checksum-algorithm')?.split(',')).toEqual(
    expect.arrayContaining(['sha1', 'sha256', 'md5']),
  )
})

test.each(['sha1', 'sha256', 'sha512', 'md5'])(
  '%s: the right one is kept, a wrong one is 460 and leaves nothing behind',
  async (algorithm) => {
    const id = await create()
    expect(await patch(id, 0, digest(algorithm, 'hello'), 'hello')).toBe(204)
    expect(await patch(id, 5, digest(algorithm, 'xxxxx'), 'world')).toBe(460)
    expect(await offset(id)).toBe('5')
    expect(await patch(id, 5, digest(algorithm, 'world'), 'world')).toBe(204)
  },
)

test('an unknown algorithm or a malformed digest is 400, before any byte', async () => {
  const id = await create()
  for (const checksum of ['crc32 AAAA', 'sha1', 'sha1 !!!', 'sha1 AAAA BBBB']) {
    expect(await patch(id, 0, checksum, 'hello')).toBe(400)
  }
  expect(await offset(id)).toBe('0')
})

/** A PATCH in chunks with a trailer, or cut off in the middle. */
function chunked(
  id: string,
  body: string,
  trailer: string | undefined,
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { ...bearer(token), 'Tus-Resumable': '1.0.0', ...stream(0), 'Transfer-Encoding': 'chunked', ...headers }
    const req = request(`${api}${TUS_PATH}/${id}`, { method: 'PATCH', headers: all }, (res) =>
      resolve(res.resume().statusCode ?? 0),
    )
    req.on('error', reject)
    if (trailer !== undefined) req.addTrailers({ 'Upload-Checksum': trailer })
    req.end(body)
  })
}

test('checksum-trailer: the digest comes behind the body', async () => {
  const announced = { Trailer: 'Upload-Checksum' }
  expect(await chunked(await create(), 'hello', digest('sha1', 'hello'), announced)).toBe(204)
  const id = await create()
  expect(await chunked(id, 'hello', digest('sha256', 'other'), announced)).toBe(460)
  expect(await offset(id)).toBe('0')
  expect(await chunked(id, 'hello', undefined, announced)).toBe(400)
  expect(await offset(id)).toBe('0')
})

test('a checksum behind the body counts where nothing announced it, and beside one in front', async () => {
  const id = await create()
  expect(await chunked(id, 'hello', digest('sha256', 'other'))).toBe(460)
  expect(await chunked(id, 'hello', 'sha1')).toBe(400)
  const inFront = { 'Upload-Checksum': digest('sha1', 'hello') }
  expect(await chunked(id, 'hello', digest('md5', 'other'), inFront)).toBe(460)
  expect(await chunked(id, 'helloworld', digest('sha1', 'other'))).toBe(460)
  expect(await offset(id)).toBe('0')
  expect(await chunked(id, 'hello', digest('md5', 'hello'), inFront)).toBe(204)
  const again = { 'Upload-Offset': '5' }
  expect(await chunked(id, 'world', digest('sha512', 'world'), again)).toBe(204)
  expect(await offset(id)).toBe('10')
})

test('a finished upload takes no byte more, whether or not its length is told before', async () => {
  const id = await create()
  expect(await patch(id, 0, digest('sha1', 'helloworld'), 'helloworld')).toBe(204)
  const behind = { 'Upload-Offset': '10' }
  expect(await chunked(id, 'more', undefined, behind)).toBe(413)
  expect(await patch(id, 10, digest('sha1', 'more'), 'more')).toBe(413)
  expect(await chunked(id, '', undefined, behind)).toBe(204)
  expect(await chunked(id, '', undefined, { ...behind, 'Upload-Checksum': digest('sha1', 'more') })).toBe(460)
  expect(await offset(id)).toBe('10')
})

test('a body with a checksum that is cut off cannot be proved: nothing of it is kept', async () => {
  const id = await create()
  const headers = {
    ...bearer(token),
    'Tus-Resumable': '1.0.0',
    ...stream(0),
    'Content-Length': '10',
    'Upload-Checksum': digest('sha1', 'helloworld'),
  }
  const req = request(`${api}${TUS_PATH}/${id}`, { method: 'PATCH', headers })
  req.on('error', () => undefined)
  await new Promise<void>((written) => req.write('hello', () => written()))
  req.destroy()
  await until('the offset to be 0 again', async () => (await offset(id)) === '0')
})
