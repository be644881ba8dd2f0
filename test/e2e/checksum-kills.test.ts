import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PrivateRedis, startRedis } from '../support/redis.ts'
import { type Member, type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, encodeMetadata, idOf, settled, TUS_PATH, tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

const token = testToken({ sub: 'kim' })
const DECK = Buffer.from('*KEYWORD\n*TITLE\nproved\n*END\n')
const [FIRST, LAST] = [DECK.subarray(0, 9), DECK.subarray(9)]
const WRONG = Buffer.alloc(LAST.length, 'x')

let redis: PrivateRedis
let site: Site
let api: Member
beforeAll(async () => {
  redis = await startRedis()
  site = await startSite({ scans: 1, sweeps: 1, redisUrl: redis.url })
  api = site.apis[0] as Member
})
afterAll(async () => {
  await site?.stop()
  await redis?.stop()
})

type Headers = Record<string, string>
const TUS = { ...bearer(token), 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' }
const IETF = {
  ...{ ...bearer(token), 'Upload-Draft-Interop-Version': '10', 'Upload-Complete': '?1' },
  ...{ 'Content-Type': 'application/partial-upload' },
}
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64')
const proof = (bytes: Buffer) => ({ 'Upload-Checksum': `sha256 ${sha256(bytes)}` })
const creation = (filename: string) => ({
  ...{ 'Upload-Length': String(DECK.length), 'Upload-Metadata': encodeMetadata({ filename }) },
})
const patch = async (id: string, offset: number, body: Buffer, headers: Headers = {}) =>
  (await tus(api.url, token, 'PATCH', `/${id}`, { ...TUS, 'Upload-Offset': String(offset), ...headers }, body)).status
const offsetOf = async (id: string) => (await tus(api.url, token, 'HEAD', `/${id}`)).headers.get('upload-offset')
const folder = () => join(site.root, 'users/kim/.airlock')
const sizeOf = async (id: string) => (await stat(join(folder(), `${id}.data`)).catch(() => undefined))?.size
const namesOf = async (kind: string) => (await readdir(folder())).filter((name) => name.endsWith(kind))

/** An upload with its first bytes. */
async function begun(filename: string, first: Headers, more: Headers = {}): Promise<string> {
  const id = idOf(await tus(api.url, token, 'POST', '', { ...creation(filename), ...more }))
  expect(await patch(id, 0, FIRST, first)).toBe(204)
  return id
}

function withoutEnd(method: string, path: string, body: Buffer, headers: Headers): void {
  const req = request(`${api.url}${TUS_PATH}${path}`, {
    method,
    headers: { ...headers, 'Transfer-Encoding': 'chunked' },
  })
  req.on('error', () => undefined).write(body)
}

/** Sends `body` behind the first bytes, but no end of it, and waits until all of it is in the file. */
async function goOn(id: string, body: Buffer, headers: Headers): Promise<string> {
  withoutEnd('PATCH', `/${id}`, body, { 'Upload-Offset': '9', ...headers })
  await until('the bytes to be in the file', async () => (await sizeOf(id)) === 9 + body.length)
  return id
}

/** A creation with all of its body but the end; its id is found on the disk. */
async function createWithBody(filename: string): Promise<string> {
  const before = await namesOf('.data')
  withoutEnd('POST', '', Buffer.alloc(DECK.length, 'x'), { ...TUS, ...creation(filename), ...proof(DECK) })
  return until('the bytes to be in the file', async () => {
    const id = (await namesOf('.data')).find((name) => !before.includes(name))?.slice(0, 36)
    return id !== undefined && (await sizeOf(id)) === DECK.length ? id : undefined
  })
}

test('the API killed, and Redis lost, in the middle of bodies with checksums: nothing of those counts, for nobody', async () => {
  const header = await goOn(await begun('header.k', proof(FIRST)), WRONG, { ...TUS, ...proof(LAST) })
  const trailer = await goOn(await begun('trailer.k', {}), WRONG, { ...TUS, Trailer: 'Upload-Checksum' })
  const partial = await begun('part', proof(FIRST), { 'Upload-Concat': 'partial' })
  await goOn(partial, WRONG, { ...TUS, ...proof(LAST) })
  const digest = { 'Content-Digest': `sha-256=:${sha256(LAST)}:` }
  const ietf = await goOn(await begun('ietf.k', {}), WRONG, { ...IETF, ...digest })
  const created = await createWithBody('created.k')
  // Without a checksum what came counts, as ever.
  const plain = await goOn(await begun('plain.k', proof(FIRST)), LAST.subarray(0, 5), TUS)
  api.process.kill('SIGKILL')
  await api.process.exited
  const admin = new Redis(redis.url)
  await admin.flushall()
  admin.disconnect()
  api.process = await api.start()
  const logs = site.sweeps[0]?.process.logs ?? []
  await until('a rebuild', () => logs.some((line) => line.includes('"action":"rebuild"')))

  const uploads = [header, trailer, partial, ietf, created, plain]
  expect(await Promise.all(uploads.map(offsetOf))).toEqual(['9', '9', '9', '9', '0', '14'])

  // Its client goes on with a checksum or without; the wrong bytes are gone.
  expect(await patch(header, 9, LAST, proof(LAST))).toBe(204)
  expect(await patch(partial, 9, LAST, proof(LAST))).toBe(204)
  expect(await patch(trailer, 9, LAST.subarray(0, 4))).toBe(204)
  expect(await offsetOf(trailer)).toBe('13')
  expect(await patch(trailer, 13, LAST.subarray(4))).toBe(204)
  expect(await patch(created, 0, DECK)).toBe(204)
  expect(await patch(plain, 14, LAST.subarray(5))).toBe(204)
  for (const id of [header, trailer, created, plain]) {
    const { state, path } = await settled(api.url, token, id)
    expect(state).toBe('complete')
    expect(await readFile(join(site.root, 'users/kim/jobs/inbox', path), 'utf8')).toBe(DECK.toString())
  }
  expect(await offsetOf(partial)).toBe(String(DECK.length))
  // Of what is whole nothing is left beside it.
  expect(await namesOf('.proved')).toEqual([`${ietf}.proved`])
})
