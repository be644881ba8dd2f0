import { expect } from 'vitest'
import { TUS_PATH } from '../tus.ts'
import { type Rule, STREAM } from './tus-client.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const IMF_FIXDATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

/** tus 1.0.0, "Creation", "Creation With Upload", "Expiration" and "Termination". */
export const CREATION: readonly Rule[] = [
  [
    'creation: MUST be 201 with the Location of the new upload',
    async ({ kim, other }) => {
      const { status, headers } = await kim.post({ 'Upload-Length': '5' })
      expect([status, headers.location]).toEqual([
        201,
        expect.stringMatching(/^\/api\/v2\/files\/upload\/[0-9a-f-]{36}$/),
      ])
      expect((await other.head(headers.location ?? '')).headers['upload-offset']).toBe('0')
    },
  ],
  [
    'creation: MUST have Upload-Length or Upload-Defer-Length',
    async ({ kim }) => {
      expect((await kim.post({})).status).toBe(400)
      expect((await kim.post({ 'Upload-Length': '5', 'Upload-Defer-Length': '1' })).status).toBe(400)
    },
  ],
  [
    'creation: Upload-Defer-Length other than 1 SHOULD be 400',
    async ({ kim }) => {
      for (const value of ['0', '2', 'true'])
        expect((await kim.post({ 'Upload-Defer-Length': value })).status).toBe(400)
    },
  ],
  [
    'creation-defer-length: HEAD MUST say Upload-Defer-Length: 1 as long as the length is not known, and not after',
    async ({ kim }) => {
      const url = (await kim.post({ 'Upload-Defer-Length': '1' })).headers.location ?? ''
      const before = (await kim.head(url)).headers
      expect([before['upload-defer-length'], before['upload-length']]).toEqual(['1', undefined])
      await kim.patch(url, 0, 'he', { 'Upload-Length': '5' })
      const after = (await kim.head(url)).headers
      expect([after['upload-defer-length'], after['upload-length']]).toEqual([undefined, '5'])
    },
  ],
  [
    'creation-defer-length: a length once set MUST NOT be changed',
    async ({ kim }) => {
      const url = (await kim.post({ 'Upload-Defer-Length': '1' })).headers.location ?? ''
      expect((await kim.patch(url, 0, 'he', { 'Upload-Length': '5' })).status).toBe(204)
      expect((await kim.patch(url, 2, 'llo', { 'Upload-Length': '6' })).status).toBe(400)
      expect((await kim.head(url)).headers['upload-length']).toBe('5')
    },
  ],
  [
    'Upload-Metadata: HEAD MUST give it as it came',
    async ({ kim }) => {
      const metadata = `filename ${base64('a b.dat')},flag,empty ,constructor ${base64('\u0000\u00ff')},10 ${base64('ten')},9 ${base64('nine')}`
      const url = await kim.create(5, { 'Upload-Metadata': metadata })
      expect((await kim.head(url)).headers['upload-metadata']).toBe(metadata)
    },
  ],
  [
    'Upload-Metadata: keys MUST be unique and not empty, values MUST be Base64',
    async ({ kim }) => {
      for (const metadata of [
        `a ${base64('x')},a ${base64('y')}`,
        `a ${base64('x')},,b`,
        'a *',
        'a eA',
        `a ${base64('x')} b`,
        ',',
      ])
        expect([metadata, (await kim.post({ 'Upload-Length': '5', 'Upload-Metadata': metadata })).status]).toEqual([
          metadata,
          400,
        ])
    },
  ],
  [
    'creation: a length above Tus-Max-Size MUST be 413',
    async ({ kim }) => {
      expect((await kim.post({ 'Upload-Length': '1000001' })).status).toBe(413)
      expect((await kim.post({ 'Upload-Length': '9'.repeat(20) })).status).toBe(413)
    },
  ],
  [
    'creation-with-upload: MUST tell Upload-Offset after the accepted bytes',
    async ({ kim }) => {
      const { status, headers } = await kim.post({ 'Upload-Length': '9', ...STREAM }, 'hello')
      expect([status, headers['upload-offset']]).toEqual([201, '5'])
      expect((await kim.patch(headers.location ?? '', 5, ' you')).status).toBe(204)
    },
  ],
  [
    'creation-with-upload: the body MUST be application/offset+octet-stream',
    async ({ kim }) => {
      expect((await kim.post({ 'Upload-Length': '5', 'Content-Type': 'text/plain' }, 'hello')).status).toBe(415)
    },
  ],
  [
    'creation-with-upload: Expect: 100-continue gives early feedback: 100 for what is welcome, nothing but the refusal for what is not',
    async ({ kim }) => {
      const expectation = { ...STREAM, Expect: '100-continue', 'Upload-Length': '5' }
      const welcome = await kim.ask('POST', TUS_PATH, expectation, 'hello')
      expect([welcome.interims.map(({ status }) => status), welcome.status]).toEqual([[100], 201])
      for (const [headers, status] of [
        [{ 'Upload-Length': '1000001' }, 413],
        [{ Authorization: '' }, 401],
        [{ 'Tus-Resumable': '2.0.0' }, 412],
      ] as const) {
        const refused = await kim.ask('POST', TUS_PATH, { ...expectation, ...headers }, 'hello')
        expect([refused.interims, refused.status]).toEqual([[], status])
      }
    },
  ],
  [
    'expiration: Upload-Expires MUST be in the answer to POST and to PATCH of an unfinished upload, as an RFC 7231 date',
    async ({ kim }) => {
      const created = await kim.post({ 'Upload-Length': '5' })
      const patched = await kim.patch(created.headers.location ?? '', 0, 'he')
      for (const { headers } of [created, patched]) {
        expect(headers['upload-expires']).toMatch(IMF_FIXDATE)
        expect(Date.parse(headers['upload-expires'] ?? '')).toBeGreaterThan(Date.now())
      }
      expect((await kim.patch(created.headers.location ?? '', 2, 'llo')).headers['upload-expires']).toBeUndefined()
    },
  ],
  [
    'termination: MUST be 204, and later requests SHOULD be 404 or 410',
    async ({ kim, other }) => {
      const url = await kim.create(5)
      await kim.patch(url, 0, 'he')
      const { status } = await other.ask('DELETE', url)
      const later = [
        await kim.head(url),
        await kim.patch(url, 2, 'llo'),
        await kim.ask('DELETE', url),
        await kim.ask('GET', url),
      ]
      expect([status, ...later.map((answer) => answer.status)]).toEqual([204, 404, 404, 404, 404])
    },
  ],
]
