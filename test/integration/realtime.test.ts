import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareEventIds } from '#shared/contracts/events.ts'
import { createProgressPublisher } from '#shared/redis/progress-publisher.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { until } from '../support/until.ts'
import {
  adminToken,
  connectIo,
  connectWs,
  driveUploads,
  type Listener,
  newRecord,
  openIndex,
  type Realtime,
  STATES,
  startRealtime,
  statesOf,
  userToken,
} from './realtime-support.ts'

const prefix = redisPrefix('realtime')
const instances: Realtime[] = []
let site: ReturnType<typeof openIndex>
const room = { quotaBytes: -1, freeBytes: -1 }

beforeAll(async () => {
  site = openIndex(sharedRedisUrl(), prefix)
  instances.push(
    ...(await Promise.all([1, 2, 3].map(() => startRealtime(sharedRedisUrl(), prefix, { QUOTA_BYTES: '5MB' })))),
  )
})

afterAll(async () => {
  site.redis.disconnect()
  expect(await Promise.all(instances.map((one) => one.stop()))).toEqual([0, 0, 0])
})

const at = (n: number): Realtime => instances[n] as Realtime

const inOrder = (listener: Listener): boolean =>
  listener
    .of('upload_state')
    .every((message, i, all) => i === 0 || compareEventIds(all[i - 1]?.id ?? '', message.id) < 0)

describe('state events', () => {
  test('reach clients of every instance and kind exactly once, in order, and nobody else', async () => {
    const [ada, bob, root] = [userToken('ada'), userToken('bob'), adminToken()]
    const adas = await Promise.all([connectIo(at(0), ada), connectIo(at(1), ada), connectWs(at(2), ada)])
    const bobs = await Promise.all([connectWs(at(0), bob), connectIo(at(2), bob)])
    const admins = await Promise.all([connectWs(at(1), root), connectIo(at(0), root)])
    await until('snapshots', () => [...adas, ...bobs, ...admins].every((one) => one.of('snapshot').length === 1))

    const [adaIds, bobIds] = await Promise.all([
      driveUploads(site.index, 'ada', 150),
      driveUploads(site.index, 'bob', 150),
    ])
    const told = (listeners: Listener[], ids: string[]) =>
      until('all events', () => listeners.every((one) => one.of('upload_state').length >= ids.length * STATES.length))
    await told(adas, adaIds)
    await told(bobs, bobIds)
    await told(admins, [...adaIds, ...bobIds])

    const whole = (ids: string[]) => new Map(ids.map((id) => [id, STATES]))
    const sorted = (states: Map<string, string[]>) => new Map([...states].sort())
    for (const one of adas) expect(sorted(statesOf(one))).toEqual(whole([...adaIds].sort()))
    for (const one of bobs) expect(sorted(statesOf(one))).toEqual(whole([...bobIds].sort()))
    for (const one of admins) expect(sorted(statesOf(one))).toEqual(whole([...adaIds, ...bobIds].sort()))
    expect([...adas, ...bobs, ...admins].filter((one) => !inOrder(one))).toEqual([])
    for (const one of [...adas, ...bobs, ...admins]) one.close()
  })

  test('the envelope is the same on both protocols', async () => {
    const token = userToken('same')
    const [plain, socketIo] = await Promise.all([connectWs(at(0), token), connectIo(at(1), token)])
    await until('snapshots', () => [plain, socketIo].every((one) => one.messages.length === 1))
    const record = newRecord('same')
    await site.index.create(record, 1_000, room)
    await until('both', () => [plain, socketIo].every((one) => one.of('upload_state').length === 1))
    expect(socketIo.of('upload_state')).toEqual(plain.of('upload_state'))
    expect(plain.of('upload_state')[0]).toMatchObject({
      type: 'upload_state',
      timestamp: record.created_at,
      id: expect.stringMatching(/^\d+-\d+$/),
      data: { upload_id: record.id, owner: 'same', state: 'receiving', previous: null, upload: { path: record.path } },
    })
    await until('quota', () => plain.of('quota').length > 0)
    expect(plain.of('quota')[0]?.data).toEqual({ owner: 'same', used: 0, reserved: 1_000, limit: 5_000_000 })
    plain.close()
    socketIo.close()
  })
})

describe('snapshot', () => {
  test('shows own uploads and quota; later events come after its id', async () => {
    const [id] = await driveUploads(site.index, 'carol', 1)
    await driveUploads(site.index, 'dave', 1)
    const carol = await connectWs(at(0), userToken('carol'))
    await until('snapshot', () => carol.messages.length > 0)
    const [snapshot] = carol.of('snapshot')
    expect(snapshot?.data).toMatchObject({
      uploads: [{ id, state: 'complete' }],
      quota: { used: 1_000 },
      complete: true,
    })
    expect(snapshot?.id).toBe(await site.index.lastEventId())
    carol.close()
  })

  test('is cut at 200 uploads and says so', async () => {
    await driveUploads(site.index, 'many', 201)
    const many = await connectIo(at(1), userToken('many'))
    await until('snapshot', () => many.messages.length > 0)
    expect(many.of('snapshot')[0]?.data).toMatchObject({ complete: false })
    expect(many.of('snapshot')[0]?.data.uploads).toHaveLength(200)
    many.close()
  })
})

test('an administrator’s snapshot shows all uploads, and stays small enough to be sent', async () => {
  const long = () => ({ ...newRecord('verbose'), held_reason: 'x'.repeat(200_000) })
  for (let i = 0; i < 30; i++) await site.index.create(long(), 1, room)
  const { id } = newRecord('verbose')
  await site.index.create({ ...newRecord('verbose'), id }, 1, room)
  const admin = await connectWs(at(0), adminToken())
  await until('snapshot', () => admin.messages.length > 0)
  const [snapshot] = admin.of('snapshot')
  expect(snapshot?.data.uploads[0]).toMatchObject({ id, owner: 'verbose' })
  expect(snapshot?.data.complete).toBe(false)
  expect(JSON.stringify(snapshot).length).toBeLessThan(5_000_000)
  admin.close()
})

describe('a client that comes back', () => {
  test.each(['ws', 'socketio'])('with its last event id gets what it missed and no snapshot (%s)', async (kind) => {
    const user = `eve-${kind}`
    const connect = kind === 'ws' ? connectWs : connectIo
    const before = await connect(at(0), userToken(user))
    await until('snapshot', () => before.messages.length > 0)
    const [first] = await driveUploads(site.index, user, 1)
    await until('events', () => before.of('upload_state').length === 4)
    before.close()
    const missed = await driveUploads(site.index, user, 120)
    await driveUploads(site.index, 'someone-else', 20)

    const load = driveUploads(site.index, user, 60)
    const after = await connect(at(1), userToken(user), { lastEventId: before.lastId() })
    const live = await load
    await until('all', () => after.of('upload_state').length >= 180 * 4)
    expect(after.of('snapshot')).toEqual([])
    expect([...statesOf(after).keys()].sort()).toEqual([...missed, ...live].sort())
    expect([...statesOf(after).values()].every((states) => states.join() === STATES.join())).toBe(true)
    expect(statesOf(after).has(first ?? '')).toBe(false)
    expect(inOrder(after)).toBe(true)
    after.close()
  })

  test.each([['1-0'], ['99999999999999-0'], ['nonsense']])('gets a snapshot if it names %s', async (lastEventId) => {
    const frank = await connectWs(at(2), userToken('frank'), { lastEventId })
    await until('snapshot', () => frank.messages.length > 0)
    expect(frank.messages.map((message) => message.type)).toEqual(['snapshot'])
    frank.close()
  })
})

describe('progress', () => {
  test('comes at most 4 times a second, ends with the last value, and goes to the owner and administrators only', async () => {
    const owner = await connectWs(at(0), userToken('greta'))
    const admin = await connectIo(at(1), adminToken())
    const other = await connectWs(at(2), userToken('hugo'))
    await until('snapshots', () => [owner, admin, other].every((one) => one.messages.length > 0))
    const publisher = createProgressPublisher({ redis: site.redis, keys: site.keys })
    const { id } = newRecord('greta')
    const begin = performance.now()
    for (let received = 0; performance.now() - begin < 1_500; received += 10) {
      publisher.upload({ upload_id: id, owner: 'greta', received, length: null })
      await new Promise(setImmediate)
    }
    publisher.upload({ upload_id: id, owner: 'greta', received: 77_777_777, length: 77_777_777 })
    // One at once, four a second, and the last value.
    const most = 2 + Math.ceil((performance.now() - begin) / 250)
    for (const one of [owner, admin]) {
      await until('the last value', () => one.of('upload_progress').at(-1)?.data.received === 77_777_777)
      expect(one.of('upload_progress').length).toBeGreaterThan(2)
      expect(one.of('upload_progress').length).toBeLessThanOrEqual(most)
    }
    expect(other.of('upload_progress')).toEqual([])
    publisher.close()
    for (const one of [owner, admin, other]) one.close()
  })
})

test('health, readiness and metrics', async () => {
  const get = async (path: string) => {
    const answer = await fetch(`${at(0).url}${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  expect(await get('/health')).toEqual({ status: 200, text: '{"status":"ok"}' })
  expect(await get('/ready')).toEqual({ status: 200, text: '{"ready":true,"redis":true,"stopping":false}' })
  expect((await get('/ws')).status).toBe(426)
  expect((await get('/elsewhere')).status).toBe(404)
  // On a busy machine the lease may go from one to another while they are asked one by one.
  await until('one leader', async () => {
    const texts = await Promise.all(instances.map((one) => fetch(`${one.url}/metrics`).then((answer) => answer.text())))
    return texts.filter((text) => text.includes('airlock_realtime_is_relay_leader 1')).length === 1
  })
})
