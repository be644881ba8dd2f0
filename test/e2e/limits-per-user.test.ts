import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { Upload } from 'tus-js-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { ietf } from '../support/ietf.ts'
import { RawConnection } from '../support/raw-http.ts'
import { sharedRedisUrl } from '../support/redis.ts'
import { type Site, startSite } from '../support/site.ts'
import { testToken } from '../support/tokens.ts'
import { bearer, FILES_PATH, idOf, send, TUS_PATH, tus } from '../support/tus.ts'
import { until } from '../support/until.ts'

const BYTES = 1_000
const FIT = 500

let site: Site
beforeAll(async () => {
  const env = { RATE_LIMITS: 'off', QUOTA_BYTES: String(BYTES * FIT), UPLOADS_PER_USER: '1' }
  site = await startSite({ apis: 2, env })
})
afterAll(() => site.stop())

const token = testToken({ sub: 'kim' })
const api = (i: number) => site.apis[i % 2]?.url ?? ''
const quota = async () => (await fetch(`${api(0)}${FILES_PATH}/quota`, { headers: bearer(token) })).json()

/** A machine with too much to do keeps Redis waiting: whoever is told so comes back, as clients do. */
async function createPatiently(i: number): Promise<Response> {
  for (;;) {
    const response = await tus(api(i), token, 'POST', '', { 'Upload-Length': String(BYTES) })
    if (response.status !== 503) return response
    expect(await response.json()).toMatchObject({ code: 'redis_away' })
    await pause(500)
  }
}

test('1,000 creations at once through two processes against a quota for 500: exactly 500, and none left after their deletion', async () => {
  const answers = await Promise.all(
    Array.from({ length: 2 * FIT }, async (_, i) => {
      const response = await createPatiently(i)
      return { status: response.status, id: idOf(response), body: await response.text() }
    }),
  )
  const admitted = answers.filter(({ status }) => status === 201)
  const refused = answers.filter(({ status }) => status === 413)
  expect([admitted.length, refused.length]).toEqual([FIT, FIT])
  for (const { body } of refused) {
    expect(JSON.parse(body)).toMatchObject({
      code: 'quota_exceeded',
      ...{ length: BYTES, quota_used: 0, quota_reserved: BYTES * FIT, quota_limit: BYTES * FIT },
    })
  }
  expect(await quota()).toMatchObject({ used: 0, reserved: BYTES * FIT, limit: BYTES * FIT })

  // Half by tus, half by REST, each on the other process than it was made on.
  const gone = await Promise.all(
    admitted.map(async ({ id }, i) =>
      i % 2 === 0
        ? (await tus(api(i + 1), token, 'DELETE', `/${id}`)).status
        : (await fetch(`${api(i + 1)}${FILES_PATH}/uploads/${id}`, { method: 'DELETE', headers: bearer(token) }))
            .status,
    ),
  )
  expect(new Set(gone)).toEqual(new Set([204]))
  expect(await quota()).toMatchObject({ used: 0, reserved: 0 })
})

test('one body too many waits for its turn; beyond that 503 and when to come back', async () => {
  const body = Buffer.from('0123456789')
  const id = idOf(await tus(api(0), token, 'POST', '', { 'Upload-Length': '10' }))
  const headers = {
    ...bearer(token),
    'Tus-Resumable': '1.0.0',
    'Upload-Offset': '0',
    'Content-Type': 'application/offset+octet-stream',
    'Content-Length': '10',
  }
  const open = request(`${api(0)}${TUS_PATH}/${id}`, { method: 'PATCH', headers })
  const ended = new Promise<number>((resolve, reject) => {
    open.on('response', (res) => resolve(res.resume().statusCode ?? 0)).on('error', reject)
  })
  open.write(body.subarray(0, 5))
  const redis = connectRedis(site.env.REDIS_URL ?? sharedRedisUrl(), 'command', createLogger('test', 'silent'))
  const places = createKeys(site.env.REDIS_PREFIX ?? '').bodies('kim')
  await until('the body to be received', async () => (await redis.zcard(places)) === 1)

  // Of these one waits, the other is refused.
  const [first, second] = [send(api(0), token, body), send(api(0), token, body)]
  const { response } = await Promise.race([first, second])
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await response.json()).toMatchObject({ code: 'too_many_uploads' })
  expect((await send(api(1), testToken({ sub: 'eve' }), body)).response.status).toBe(201)
  open.end(body.subarray(5))
  expect(await ended).toBe(204)
  const both = await Promise.all([first, second])
  expect(both.map((one) => one.response.status).toSorted()).toEqual([201, 503])
  expect(await redis.exists(places)).toBe(0)
  redis.disconnect()
})

test('tus-js-client as it comes waits and comes back, however many of its user are ahead', async () => {
  const ann = testToken({ sub: 'ann' })
  const open = await RawConnection.open(api(0))
  const fields = { ...bearer(ann), 'Tus-Resumable': '1.0.0', 'Upload-Length': '10', 'Content-Length': '10' }
  open.begin('POST', TUS_PATH, { ...fields, 'Content-Type': 'application/offset+octet-stream' })
  open.write('01234')
  let refused = 0
  const uploads = Array.from(
    { length: 3 },
    () =>
      new Promise<void>((resolve, reject) => {
        const upload = new Upload(Buffer.from('0123456789'), {
          endpoint: `${api(0)}${TUS_PATH}`,
          headers: bearer(ann),
          // Its delays begin anew with each byte of progress only.
          retryDelays: [0, ...Array.from({ length: 100 }, () => 200)],
          onAfterResponse: (_req, res) => {
            if (res.getStatus() === 503) refused++
          },
          onError: reject,
          onSuccess: () => resolve(),
        })
        upload.start()
      }),
  )
  const all = Promise.all(uploads)
  await until('some to be refused', () => refused > 1)
  open.write('56789')
  expect((await open.answer()).status).toBe(201)
  open.cut()
  await all
})

test('bodies of IETF uploads are counted with them', async () => {
  const body = Buffer.from('0123456789')
  const max = testToken({ sub: 'max' })
  const open = await RawConnection.open(api(0))
  const fields = { 'Upload-Draft-Interop-Version': '10', 'Upload-Complete': '?1' }
  open.begin('POST', TUS_PATH, { ...bearer(max), ...fields, 'Content-Length': '10' })
  expect((await open.answer()).status).toBe(104)

  const one = () => ietf(api(0), max, 10, { headers: { 'Upload-Complete': '?1' }, body })
  const [first, second] = [one(), one()]
  const refused = await Promise.race([first, second])
  expect([refused.status, JSON.parse(refused.body).code]).toEqual([503, 'too_many_uploads'])
  open.write(body)
  expect((await open.answer()).status).toBe(201)
  open.cut()
  expect((await Promise.all([first, second])).map(({ status }) => status).toSorted()).toEqual([201, 503])
})
