import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawConnection } from '../support/raw-http.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, idOf, TUS_PATH, tus } from '../support/tus.ts'

let site: Site
let api: string
const token = testToken({ sub: 'kim' })
beforeAll(async () => {
  site = await startSite()
  api = site.apis[0]?.url ?? ''
})
afterAll(() => site.stop())

const ROUNDS = 20
type Sent = { method: string; offset?: number; body?: string; headers?: Record<string, string> }
const HEAD: Sent = { method: 'HEAD' }
const DELETE: Sent = { method: 'DELETE' }
const patch = (offset: number, body: string, headers: Record<string, string> = {}): Sent => ({
  ...{ method: 'PATCH', offset, body, headers },
})

const headersOf = ({ offset, body, headers }: Sent) => ({
  ...bearer(token),
  'Tus-Resumable': '1.0.0',
  ...(offset === undefined
    ? {}
    : { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' }),
  ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  ...headers,
})

/** Sends all requests in one write, to a new upload of 10 bytes; answers each status with the offset it tells. */
async function pipeline(requests: readonly Sent[]): Promise<string[]> {
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '10' }))
  const connection = await RawConnection.open(api)
  connection.socket.cork()
  for (const sent of requests) {
    connection.begin(sent.method, `${TUS_PATH}/${id}`, headersOf(sent))
    if (sent.body !== undefined) connection.write(sent.body)
  }
  connection.socket.uncork()
  const answers: string[] = []
  for (const { method } of requests) {
    const { status, headers } = await connection.exchange(method === 'HEAD')
    const offset = headers['upload-offset']
    answers.push(offset === undefined ? String(status) : `${status} @${offset}`)
  }
  connection.cut()
  return answers
}

const scenes: [string, Sent[], string[]][] = [
  ['HEAD behind a PATCH', [patch(0, 'abc'), HEAD], ['204 @3', '200 @3']],
  ['HEAD behind the last bytes', [patch(0, 'abcdefghij'), HEAD], ['204 @10', '200 @10']],
  ['PATCH behind PATCH', [patch(0, 'abc'), patch(3, 'defg'), HEAD], ['204 @3', '204 @7', '200 @7']],
  ['DELETE behind a PATCH', [patch(0, 'abc'), DELETE, HEAD], ['204 @3', '204', '404']],
  ['HEAD behind a refused PATCH that was read', [patch(0, 'abc', wrongDigest()), HEAD], ['460', '200 @0']],
]

function wrongDigest(): Record<string, string> {
  return { 'Upload-Checksum': `sha1 ${createHash('sha1').update('other').digest('base64')}` }
}

test.each(scenes)('requests of one connection are done in their order: %s', async (_name, requests, wanted) => {
  for (let round = 0; round < ROUNDS; round++) expect(await pipeline(requests)).toEqual(wanted)
})

test('more of them than may wait at a time are all answered', async () => {
  const most = 100
  expect(await pipeline(Array.from({ length: most }, () => HEAD))).toEqual(Array.from({ length: most }, () => '200 @0'))
  // Such as Node's warning of too many listeners.
  expect(site.apis[0]?.process.logs.filter((line) => !line.startsWith('{'))).toEqual([])
})

test('a request that waits for "100 Continue" has its turn too', async () => {
  const waiting = patch(3, 'defg', { Expect: '100-continue' })
  const id = idOf(await tus(api, token, 'POST', '', { 'Upload-Length': '10' }))
  const connection = await RawConnection.open(api)
  connection.begin('PATCH', `${TUS_PATH}/${id}`, headersOf(patch(0, 'abc')))
  connection.write('abc')
  connection.begin('PATCH', `${TUS_PATH}/${id}`, headersOf(waiting))
  expect((await connection.exchange()).headers['upload-offset']).toBe('3')
  expect((await connection.answer()).status).toBe(100)
  connection.write('defg')
  expect((await connection.exchange()).headers['upload-offset']).toBe('7')
  connection.cut()
})
