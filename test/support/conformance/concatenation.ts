import { expect } from 'vitest'
import { until } from '../until.ts'
import { type Rule, STREAM, type TusClient } from './tus-client.ts'

/** The URL of a new partial with these bytes. */
async function partial(client: TusClient, bytes: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const headers = { 'Upload-Concat': 'partial', 'Upload-Length': String(bytes.length), ...STREAM, ...more }
  return (await client.post(headers, bytes)).headers.location ?? ''
}
const final = (client: TusClient, list: string, more: Readonly<Record<string, string>> = {}) =>
  client.post({ 'Upload-Concat': `final;${list}`, ...more })
const assembled = (client: TusClient, url: string) =>
  until('the concatenation', async () => {
    const { headers } = await client.head(url)
    return headers['upload-offset'] === undefined ? undefined : headers
  })

/** tus 1.0.0, "Concatenation". */
export const CONCATENATION: readonly Rule[] = [
  [
    'Upload-Concat: MUST be set in the answer to the creation of a partial and of a final',
    async ({ kim }) => {
      const created = await kim.post({ 'Upload-Concat': 'partial', 'Upload-Length': '5' })
      expect(created.headers['upload-concat']).toBe('partial')
      const url = created.headers.location ?? ''
      expect((await final(kim, url)).headers['upload-concat']).toBe(`final;${url}`)
    },
  ],
  [
    'Upload-Concat: is "partial" or "final;" and URLs; anything else is refused',
    async ({ kim }) => {
      const url = await partial(kim, 'hello')
      for (const value of ['x', 'Partial', 'final', 'final;', 'final;  ', `final,${url}`, `final;${url} ${url}`])
        expect([
          value,
          (await kim.post({ 'Upload-Concat': value, ...(value === 'x' ? { 'Upload-Length': '5' } : {}) })).status,
        ]).toEqual([value, 400])
    },
  ],
  [
    'the length of the final MUST be the sum of its partials, in the order of the list',
    async ({ kim, other }) => {
      const [b, a] = [await partial(kim, ' world'), await partial(other, 'hello')]
      const { status, headers } = await final(kim, `${a} ${b}`)
      expect(status).toBe(201)
      expect((await assembled(other, headers.location ?? ''))['upload-length']).toBe('11')
      const content = await until('the file', async () => {
        const answer = await kim.ask('GET', headers.location ?? '')
        return answer.status === 200 && answer.body
      })
      expect(content).toBe('hello world')
    },
  ],
  [
    'the server SHOULD NOT process partials',
    async ({ kim }) => {
      const answer = await kim.ask('GET', await partial(kim, 'hello'))
      expect([answer.status, (JSON.parse(answer.body) as { state: string }).state]).toEqual([409, 'receiving'])
    },
  ],
  [
    'Upload-Length: MUST NOT be sent for a final',
    async ({ kim }) => {
      expect((await final(kim, await partial(kim, 'hello'), { 'Upload-Length': '5' })).status).toBe(400)
    },
  ],
  [
    'concatenation-unfinished: a final may be asked for while its partials are on their way',
    async ({ kim, other }) => {
      const created = await kim.post({ 'Upload-Concat': 'partial', 'Upload-Length': '5' })
      const url = created.headers.location ?? ''
      const { status, headers } = await final(other, url)
      expect(status).toBe(201)
      expect((await other.patch(url, 0, 'hello')).status).toBe(204)
      await assembled(kim, headers.location ?? '')
    },
  ],
  [
    "partials' metadata SHALL NOT be transferred to the final; its own is",
    async ({ kim }) => {
      const metadata = { 'Upload-Metadata': `filename ${Buffer.from('part.dat').toString('base64')}` }
      const [one, two] = [await partial(kim, 'hello', metadata), await partial(kim, 'world', metadata)]
      const without = (await final(kim, one)).headers.location ?? ''
      expect((await kim.head(without)).headers['upload-metadata']).toBeUndefined()
      const own = { 'Upload-Metadata': `filename ${Buffer.from('whole.dat').toString('base64')}` }
      const withOwn = (await final(kim, two, own)).headers.location ?? ''
      expect((await kim.head(withOwn)).headers['upload-metadata']).toBe(own['Upload-Metadata'])
    },
  ],
  [
    'PATCH of a final MUST be 403, and MUST NOT modify it or its partials',
    async ({ kim }) => {
      const part = (await kim.post({ 'Upload-Concat': 'partial', 'Upload-Length': '5' })).headers.location ?? ''
      const { headers } = await final(kim, part)
      for (const offset of [0, 5]) expect((await kim.patch(headers.location ?? '', offset, 'x')).status).toBe(403)
      expect(await kim.offset(part)).toBe(0)
      expect((await kim.post({ 'Upload-Concat': `final;${part}`, ...STREAM }, 'x')).status).toBe(403)
    },
  ],
  [
    'HEAD of a final: SHOULD NOT have Upload-Offset before it is put together; then Upload-Offset and Upload-Length MUST be equal',
    async ({ kim }) => {
      const part = (await kim.post({ 'Upload-Concat': 'partial', 'Upload-Length': '5' })).headers.location ?? ''
      const url = (await final(kim, part)).headers.location ?? ''
      const before = (await kim.head(url)).headers
      expect([before['upload-offset'], before['upload-length']]).toEqual([undefined, '5'])
      await kim.patch(part, 0, 'hello')
      const after = await assembled(kim, url)
      expect([after['upload-offset'], after['upload-length']]).toEqual(['5', '5'])
    },
  ],
  [
    'HEAD of a partial MUST have Upload-Offset',
    async ({ kim }) => {
      expect(await kim.offset(await partial(kim, 'hello'))).toBe(5)
    },
  ],
  [
    'HEAD of a partial and of a final MUST have Upload-Concat as it came',
    async ({ kim, other }) => {
      const part = await partial(kim, 'hello')
      expect((await other.head(part)).headers['upload-concat']).toBe('partial')
      const { headers } = await final(kim, part)
      const concat = `final;${part}`
      expect((await other.head(headers.location ?? '')).headers['upload-concat']).toBe(concat)
      await assembled(kim, headers.location ?? '')
      expect((await other.head(headers.location ?? '')).headers['upload-concat']).toBe(concat)
    },
  ],
  [
    'URLs of partials MAY be absolute or relative',
    async ({ kim }) => {
      const parts = await Promise.all([1, 2, 3, 4].map((n) => partial(kim, `part${n}`)))
      const [a = '', b = '', c = '', d = ''] = parts
      const id = d.slice(d.lastIndexOf('/') + 1)
      const list = `${a} ${kim.api}${b} https://gate.example:8443/prefix${c}?x#y ./${id}`
      expect((await final(kim, list)).status).toBe(201)
    },
  ],
  [
    'termination of a final frees its partials too; of one they belong to, they cannot go alone',
    async ({ kim }) => {
      const part = (await kim.post({ 'Upload-Concat': 'partial', 'Upload-Length': '5' })).headers.location ?? ''
      const url = (await final(kim, part)).headers.location ?? ''
      expect((await kim.ask('DELETE', part)).status).toBe(409)
      expect((await kim.ask('DELETE', url)).status).toBe(204)
      expect([(await kim.head(url)).status, (await kim.head(part)).status]).toEqual([404, 404])
    },
  ],
]
