import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { compareEventIds } from '#shared/contracts/events.ts'
import { freePort } from '../support/ports.ts'
import { startProcess } from '../support/processes.ts'
import { type PrivateRedis, redisPrefix, startRedis } from '../support/redis.ts'
import { TEST_SECRET } from '../support/tokens.ts'
import { until } from '../support/until.ts'
import {
  connectIo,
  connectWs,
  driveUploads,
  type Listener,
  leaderOf,
  newRecord,
  openIndex,
  type Realtime,
  STATES,
  startRealtime,
  statesOf,
  userToken,
} from './realtime-support.ts'

type Site = { redis: PrivateRedis; realtime: Realtime[]; index: ReturnType<typeof openIndex>; prefix: string }
const stops: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function startSite(instances: number): Promise<Site> {
  const redis = await startRedis()
  stops.push(() => redis.stop())
  const prefix = redisPrefix('faults')
  const index = openIndex(redis.url, prefix)
  stops.push(async () => index.redis.disconnect())
  const realtime = await Promise.all(Array.from({ length: instances }, () => startRealtime(redis.url, prefix)))
  stops.push(() => Promise.all(realtime.map((one) => one.stop())))
  return { redis, realtime, index, prefix }
}

function expectEach(listener: Listener, ids: readonly string[]): void {
  const states = statesOf(listener)
  expect([...states.keys()].sort()).toEqual([...ids].sort())
  expect([...states].filter(([, seen]) => seen.join() !== STATES.join())).toEqual([])
}

/** By an event or by a snapshot: what stands in that is not sent again. */
const isToldComplete = (listener: Listener, id: string): boolean =>
  statesOf(listener).get(id)?.at(-1) === 'complete' ||
  listener
    .of('snapshot')
    .some(({ data }) => data.uploads.some((upload) => upload.id === id && upload.state === 'complete'))

const count = (listener: Listener) => listener.of('upload_state').length

test('the leader is killed in mid-load: nothing is lost, nothing comes twice, another takes over', async () => {
  const { realtime, index } = await startSite(3)
  const leader = await leaderOf(realtime)
  const others = realtime.filter((one) => one !== leader)
  const listeners = await Promise.all([
    ...others.map((one) => connectIo(one, userToken('ada'))),
    ...others.map((one) => connectWs(one, userToken('ada'))),
  ])
  await until('snapshots', () => listeners.every((one) => one.messages.length === 1))

  const load = driveUploads(index.index, 'ada', 400, 4)
  await until('a part of it', () => count(listeners[0] as Listener) > 200)
  leader.kill('SIGKILL')
  const [ids] = await Promise.all([load, leaderOf(others)])
  await until('all events', () => listeners.every((one) => count(one) >= ids.length * STATES.length))
  for (const one of listeners) expectEach(one, ids)
})

test('the leader is stopped: the next takes over at once, its clients come back elsewhere without a loss', async () => {
  const { realtime, index } = await startSite(2)
  const leader = await leaderOf(realtime)
  const other = realtime.find((one) => one !== leader) as Realtime
  const [moving, staying] = [await connectWs(leader, userToken('ada')), await connectIo(other, userToken('ada'))]
  await until('snapshots', () => [moving, staying].every((one) => one.messages.length === 1))
  const load = driveUploads(index.index, 'ada', 200, 4)
  await until('a part of it', () => count(moving) > 50)
  const lease = await index.redis.get(index.keys.relayLease)
  expect(await leader.stop()).toBe(0)
  expect(await index.redis.get(index.keys.relayLease)).not.toBe(lease)
  await leaderOf([other])
  await until('its end', () => moving.ends.length > 0)
  expect(moving.ends).toEqual(['1001 going away: connect again'])
  const moved = await connectWs(other, userToken('ada'), { lastEventId: moving.lastId() })
  const ids = await load
  await until('all events', () => count(staying) >= 800 && count(moving) + count(moved) >= 800)
  expectEach(staying, ids)
  moving.messages.push(...moved.messages)
  expectEach(moving, ids)
  expect(moved.of('snapshot')).toEqual([])
})

test('a leader that was frozen wakes up beside its successor: nothing comes twice', async () => {
  const { realtime, index } = await startSite(2)
  const leader = await leaderOf(realtime)
  const other = realtime.find((one) => one !== leader) as Realtime
  const listeners = await Promise.all([leader, other].map((one) => connectWs(one, userToken('ada'))))
  await until('snapshots', () => listeners.every((one) => one.messages.length === 1))
  const load = driveUploads(index.index, 'ada', 200, 2)
  await until('a part of it', () => count(listeners[1] as Listener) > 50)
  leader.kill('SIGSTOP')
  await leaderOf([other])
  leader.kill('SIGCONT')
  const ids = [...(await load), ...(await driveUploads(index.index, 'ada', 50))]
  await until('all events', () => listeners.every((one) => count(one) >= ids.length * STATES.length))
  for (const one of listeners) expectEach(one, ids)
})

test('a Socket.IO client comes back by itself after a restart and gets what it missed', async () => {
  const { realtime, redis, index, prefix } = await startSite(1)
  const first = realtime[0] as Realtime
  const client = await connectIo(first, userToken('ada'), { reconnects: true })
  await until('snapshot', () => client.messages.length === 1)
  const before = await driveUploads(index.index, 'ada', 5)
  await until('events', () => count(client) === 20)
  expect(await first.stop()).toBe(0)
  const between = await driveUploads(index.index, 'ada', 20)
  const second = await startRealtime(redis.url, prefix, { REALTIME_PORT: String(first.port) })
  stops.push(() => second.stop())
  await until('what it missed', () => count(client) >= 100)
  expectEach(client, [...before, ...between])
  expect(client.of('snapshot')).toHaveLength(1)
  expect(client.ends).toEqual(['transport close'])
  client.close()
})

test('Redis is away in mid-load: sockets stay, and after its return everything comes, once', async () => {
  const { redis, realtime, index } = await startSite(2)
  const listeners = await Promise.all(
    realtime.flatMap((one) => [connectIo(one, userToken('ada')), connectWs(one, userToken('ada'))]),
  )
  await until('snapshots', () => listeners.every((one) => one.messages.length === 1))
  const first = await driveUploads(index.index, 'ada', 50)
  await until('the first half', () => listeners.every((one) => count(one) >= 200))
  // What Redis has not written yet dies with it: that is its promise, and not looked at here.
  const persistence = () => index.redis.info('persistence')
  await until('the append-only file', async () => (await persistence()).includes('aof_buffer_length:0'))
  await redis.kill()
  await until('/ready to say no', async () => (await fetch(`${realtime[0]?.url}/ready`)).status === 503)
  await redis.restart()
  const second = await driveUploads(index.index, 'ada', 200)
  await until('all events', () => listeners.every((one) => count(one) >= 1_000))
  for (const one of listeners) {
    expectEach(one, [...first, ...second])
    expect(one.ends).toEqual([])
    expect(one.of('snapshot')).toHaveLength(1)
  }
  await until('/ready', async () => (await fetch(`${realtime[0]?.url}/ready`)).ok)
})

test('a process that lost relayed messages reads them from the stream', async () => {
  const { realtime, index } = await startSite(2)
  const leader = await leaderOf(realtime)
  const other = realtime.find((one) => one !== leader) as Realtime
  const listener = await connectWs(other, userToken('ada'))
  await until('snapshot', () => listener.messages.length === 1)
  const load = driveUploads(index.index, 'ada', 100, 2)
  await until('a part of it', () => count(listener) > 40)
  // Pub/sub is fire and forget: what is published while the subscriber reconnects is gone.
  await index.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  const ids = await load
  await until('all events', () => count(listener) >= 400)
  expectEach(listener, ids)
})

test('everything is lost from Redis: clients stay, and hear of what comes after', async () => {
  const { realtime, index } = await startSite(2)
  const listeners = await Promise.all(realtime.map((one) => connectWs(one, userToken('ada'))))
  await until('snapshots', () => listeners.every((one) => one.messages.length === 1))
  await driveUploads(index.index, 'ada', 10)
  await until('events', () => listeners.every((one) => count(one) === 40))
  await index.redis.flushall()
  const after = await driveUploads(index.index, 'ada', 10)
  const complete = (one: Listener) => after.every((id) => isToldComplete(one, id))
  await until('later events', () => listeners.every(complete))
})

test('Redis is away at the start: the process lives, says that it is not ready, and ends in order', async () => {
  const redis = await startRedis()
  stops.push(() => redis.stop())
  await redis.kill()
  const port = String(await freePort())
  const env = { UPLOAD_ROOT: '/nonexistent', JWT_SECRET_KEY: TEST_SECRET, REALTIME_PORT: port }
  const start = () => startProcess('services/realtime/main.ts', { ...env, REDIS_URL: redis.url })
  const lonely = await start()
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
  expect([await status('/health'), await status('/ready')]).toEqual([200, 503])
  expect(await lonely.stop()).toBe(0)

  const patient = await start()
  const client = await connectWs({ port: Number(port) } as Realtime, userToken('ada'))
  await redis.restart()
  await until('the snapshot', () => client.messages.length === 1)
  await until('/ready', async () => (await status('/ready')) === 200)
  expect(await patient.stop()).toBe(0)
})

test.each(['ws', 'socketio'] as const)(
  'a client that does not read is cut off, and holds up nobody (%s)',
  async (kind) => {
    const { realtime, index } = await startSite(1)
    const at = realtime[0] as Realtime
    const reader = await connectWs(at, userToken('ada'))
    const stuck = await openStuck(at, kind, userToken('ada'))
    const sockets = async () => {
      const text = await (await fetch(`${at.url}/metrics`)).text()
      return [...text.matchAll(/connections\{kind="\w+"\} (\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0)
    }
    await until('both', async () => reader.messages.length === 1 && (await sockets()) === 2)
    const large = { ...newRecord('ada'), held_reason: 'x'.repeat(200_000) }
    await index.index.create(large, 1_000, { quotaBytes: -1, freeBytes: -1 })
    await index.index.step('finish', large, 1_000)
    for (let i = 0; i < 100; i++) {
      await index.index.step('hold', large, 1_000)
      await index.index.step('requeue', large, 1_000)
    }
    await until('every event at the client that reads', () => count(reader) === 202)
    await until('the stuck one to be gone', async () => (await sockets()) === 1)
    stuck.terminate()
  },
)

test('Redis loses all its data: everybody gets a snapshot, ids go on increasing, nothing that follows is missed', async () => {
  const { realtime, index } = await startSite(2)
  await leaderOf(realtime)
  const listeners = await Promise.all(realtime.map((one) => connectIo(one, userToken('ada'))))
  // What comes before the snapshot is in it, and not sent again.
  await until('snapshots', () => listeners.every((one) => one.of('snapshot').length > 0))
  // Ids of a clock that is ahead of that of the Redis that comes after.
  await index.redis.xadd(index.keys.events, `${Date.now() + 3_600_000}-0`, 'of', 'nobody')
  const before = await driveUploads(index.index, 'ada', 3)
  for (const one of listeners) await until('all events', () => count(one) === 12)
  const snapshots = () => listeners.map((one) => one.of('snapshot').length)
  const [first = 0, second = 0] = snapshots()

  await index.redis.flushall()
  await until('new snapshots', () => (snapshots()[0] ?? 0) > first && (snapshots()[1] ?? 0) > second)
  const after = await driveUploads(index.index, 'ada', 3)
  for (const one of listeners) {
    await until('all events', () => count(one) === 24)
    expectEach(one, [...before, ...after])
    const ids = one.of('upload_state').map(({ id }) => id)
    expect(ids.toSorted(compareEventIds)).toEqual(ids)
  }
})

/** Opens a connection and never reads from it. */
async function openStuck(at: Realtime, kind: 'ws' | 'socketio', token: string): Promise<WebSocket> {
  const path = kind === 'ws' ? `/ws?token=${token}` : '/socket.io/?EIO=4&transport=websocket'
  const socket = new WebSocket(`ws://127.0.0.1:${at.port}${path}`)
  socket.on('error', () => undefined)
  await once(socket, 'open')
  if (kind === 'socketio') socket.send(`40${JSON.stringify({ token })}`)
  socket.pause()
  return socket
}
