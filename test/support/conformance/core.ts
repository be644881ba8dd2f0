import { expect } from 'vitest'
import { TUS_PATH } from '../tus.ts'
import { until } from '../until.ts'
import { at, type Rule } from './tus-client.ts'

const UNKNOWN = `${TUS_PATH}/0198c5c5-0000-7000-8000-000000000000`

/** tus 1.0.0, "Core Protocol". */
export const CORE: readonly Rule[] = [
  [
    'Upload-Offset: MUST be a non-negative integer',
    async ({ kim }) => {
      const url = await kim.create(5)
      for (const offset of ['-1', '1.5', 'x', '0x0'])
        expect([offset, (await kim.ask('PATCH', url, { ...at(0), 'Upload-Offset': offset }, 'hello')).status]).toEqual([
          offset,
          400,
        ])
      expect(await kim.offset(url)).toBe(0)
    },
  ],
  [
    'Upload-Length: MUST be a non-negative integer',
    async ({ kim }) => {
      for (const length of ['-1', '1.5', 'x', '1e3'])
        expect([length, (await kim.post({ 'Upload-Length': length })).status]).toEqual([length, 400])
    },
  ],
  [
    'Tus-Version: MUST be a list of the supported versions, the preferred one first',
    async ({ kim }) => {
      expect((await kim.options()).headers['tus-version']).toBe('1.0.0')
    },
  ],
  [
    'Tus-Resumable: MUST be in every response, whatever it says',
    async ({ kim, eve }) => {
      const url = await kim.create(5)
      const answers = [
        await kim.head(url),
        await kim.patch(url, 3, 'x'),
        await kim.patch(url, 0, 'hello'),
        await kim.head(UNKNOWN),
        await eve.head(url),
        await kim.ask('HEAD', url, { Authorization: '' }),
        await kim.post({}),
        await kim.ask('DELETE', UNKNOWN),
      ]
      expect(answers.map(({ status, headers }) => [status, headers['tus-resumable']])).toEqual(
        [200, 409, 204, 404, 403, 401, 400, 404].map((status) => [status, '1.0.0']),
      )
    },
  ],
  [
    'Tus-Resumable: another version MUST be answered with 412 and Tus-Version, and MUST NOT be processed',
    async ({ kim }) => {
      const url = await kim.create(5)
      for (const version of ['0.2.2', '2.0.0', 'x', '']) {
        const answer = await kim.patch(url, 0, 'hello', { 'Tus-Resumable': version })
        expect([version, answer.status, answer.headers['tus-version']]).toEqual([version, 412, '1.0.0'])
      }
      expect(await kim.offset(url)).toBe(0)
    },
  ],
  [
    'Tus-Extension: MUST be a list of the supported extensions',
    async ({ kim }) => {
      expect((await kim.options()).headers['tus-extension']?.split(',').toSorted()).toEqual([
        'checksum',
        'checksum-trailer',
        'concatenation',
        'concatenation-unfinished',
        'creation',
        'creation-defer-length',
        'creation-with-upload',
        'expiration',
        'termination',
      ])
    },
  ],
  [
    'Tus-Max-Size: MUST be a non-negative integer; SHOULD be set where there is a limit',
    async ({ kim }) => {
      expect((await kim.options()).headers['tus-max-size']).toBe('1000000')
    },
  ],
  [
    'X-HTTP-Method-Override: MUST be taken for the method, and the actual one MUST be ignored',
    async ({ kim }) => {
      const url = await kim.create(9)
      for (const [i, method] of ['POST', 'PUT', 'GET'].entries()) {
        const override = { ...at(3 * i), 'X-HTTP-Method-Override': 'PATCH', 'Content-Length': '3' }
        expect([method, (await kim.ask(method, url, override, 'abc')).status]).toEqual([method, 204])
      }
      const head = await kim.ask('PATCH', url, { 'X-HTTP-Method-Override': 'HEAD' })
      expect([head.status, head.headers['upload-offset']]).toEqual([200, '9'])
      const gone = await kim.create(5)
      expect((await kim.ask('PATCH', gone, { 'X-HTTP-Method-Override': 'DELETE' })).status).toBe(204)
      expect((await kim.head(gone)).status).toBe(404)
      expect((await kim.ask('DELETE', await kim.create(5), { 'X-HTTP-Method-Override': 'GET' })).status).toBe(409)
      const created = await kim.ask('PUT', TUS_PATH, { 'X-HTTP-Method-Override': 'POST', 'Upload-Length': '0' })
      expect(created.status).toBe(201)
    },
  ],
  [
    'HEAD: MUST include Upload-Offset, also at 0 and at the end, and Upload-Length where it is known',
    async ({ kim, other }) => {
      const url = await kim.create(5)
      for (const [from, body] of [
        [0, ''],
        [0, 'he'],
        [2, 'llo'],
      ] as const) {
        if (body !== '') await kim.patch(url, from, body)
        const { status, headers } = await other.head(url)
        const reached = String(from + body.length)
        expect([status, headers['upload-offset'], headers['upload-length']]).toEqual([200, reached, '5'])
      }
    },
  ],
  [
    'HEAD: SHOULD answer 404, 410 or 403 without Upload-Offset where nothing is found',
    async ({ kim, eve }) => {
      const url = await kim.create(5)
      for (const [answer, status] of [
        [await kim.head(UNKNOWN), 404],
        [await kim.head(`${TUS_PATH}/x`), 404],
        [await eve.head(url), 403],
      ] as const)
        expect([answer.status, answer.headers['upload-offset']]).toEqual([status, undefined])
    },
  ],
  [
    'HEAD: MUST NOT be cached',
    async ({ kim }) => {
      for (const url of [await kim.create(5), UNKNOWN])
        expect((await kim.head(url)).headers['cache-control']).toBe('no-store')
    },
  ],
  [
    'PATCH: MUST be application/offset+octet-stream, SHOULD be 415 otherwise',
    async ({ kim }) => {
      const url = await kim.create(5)
      for (const type of ['application/octet-stream', 'text/plain', ''])
        expect([type, (await kim.patch(url, 0, 'hello', { 'Content-Type': type })).status]).toEqual([type, 415])
      expect(await kim.offset(url)).toBe(0)
      expect(
        (await kim.patch(url, 0, 'hello', { 'Content-Type': 'Application/Offset+Octet-Stream; a=b' })).status,
      ).toBe(204)
    },
  ],
  [
    'PATCH: another offset than the current one MUST be 409, and MUST NOT modify the upload',
    async ({ kim }) => {
      const url = await kim.create(5)
      await kim.patch(url, 0, 'he')
      for (const offset of [0, 1, 3, 5])
        expect([offset, (await kim.patch(url, offset, 'x')).status]).toEqual([offset, 409])
      expect(await kim.offset(url)).toBe(2)
    },
  ],
  [
    'PATCH: MUST be answered with 204 and the new Upload-Offset, the sum of the old one and the bytes received',
    async ({ kim, other }) => {
      const url = await kim.create(5)
      for (const [offset, body] of [
        [0, 'he'],
        [2, ''],
        [2, 'llo'],
      ] as const) {
        const { status, headers } = await other.ask(
          'PATCH',
          url,
          { ...at(offset), 'Content-Length': String(body.length) },
          body,
        )
        expect([status, headers['upload-offset']]).toEqual([204, String(offset + body.length)])
      }
    },
  ],
  [
    'PATCH: SHOULD be 404 where there is no upload',
    async ({ kim }) => {
      expect((await kim.patch(UNKNOWN, 0, 'x')).status).toBe(404)
    },
  ],
  [
    'PATCH: a body beyond Upload-Length is refused, and no byte beyond it is kept',
    async ({ kim }) => {
      const url = await kim.create(5)
      expect((await kim.patch(url, 0, 'hello world')).status).toBe(413)
      expect(await kim.offset(url)).toBeLessThanOrEqual(5)
    },
  ],
  [
    'PATCH: SHOULD store as much of what was received as possible when the network fails',
    async ({ kim }) => {
      const url = await kim.create(1_000)
      const head = { ...at(0), 'Content-Length': '1000', Expect: '100-continue' }
      const connection = await kim.begin('PATCH', url, head)
      expect((await connection.answer()).status).toBe(100)
      connection.write('x'.repeat(700))
      // In order: what was sent arrives before the end does.
      connection.socket.end()
      await until('the bytes', async () => (await kim.offset(url)) === 700)
      expect((await kim.patch(url, 700, 'x'.repeat(300))).status).toBe(204)
    },
  ],
  [
    'OPTIONS: MUST tell Tus-Version with 204 or 200, and MUST ignore Tus-Resumable',
    async ({ kim }) => {
      for (const version of ['', '1.0.0', '0.2.2']) {
        const { status, headers } = await kim.options({ 'Tus-Resumable': version })
        expect([status, headers['tus-version']]).toEqual([204, '1.0.0'])
      }
    },
  ],
]
