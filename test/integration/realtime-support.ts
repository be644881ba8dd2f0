import { once } from 'node:events'
import { Redis } from 'ioredis'
import { io, type Socket } from 'socket.io-client'
import { v7 as uuid } from 'uuid'
import { WebSocket } from 'ws'
import type { Envelope, EventType } from '#shared/contracts/events.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { UploadEvent } from '#shared/domain/upload-state.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createUploadIndex, type UploadIndex } from '#shared/redis/upload-index.ts'
import { freePort } from '../support/ports.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { TEST_SECRET, testToken } from '../support/tokens.ts'
import { until } from '../support/until.ts'

export type Realtime = RunningProcess & { readonly port: number; readonly url: string }

/** Starts the real process and waits until it answers /ready. */
export async function startRealtime(redisUrl: string, prefix: string, env: Record<string, string> = {}) {
  const port = Number(env.REALTIME_PORT ?? (await freePort()))
  const running = await startProcess('services/realtime/main.ts', {
    UPLOAD_ROOT: '/nonexistent',
    REDIS_URL: redisUrl,
    REDIS_PREFIX: prefix,
    JWT_SECRET_KEY: TEST_SECRET,
    REALTIME_PORT: String(port),
    ...env,
  })
  const url = `http://127.0.0.1:${port}`
  await until('/ready', async () => (await fetch(`${url}/ready`)).ok)
  return Object.assign(running, { port, url }) as Realtime
}

/** Which of the processes relays. */
export const leaderOf = (processes: readonly Realtime[]): Promise<Realtime> =>
  until('a relay leader', async () => {
    for (const one of processes) {
      const text = await fetch(`${one.url}/metrics`).then((answer) => answer.text())
      if (/airlock_realtime_is_relay_leader 1/.test(text)) return one
    }
    return undefined
  })

/** Takes part in the site as API and workers do. */
export function openIndex(redisUrl: string, prefix: string) {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  redis.on('error', () => undefined)
  const keys = createKeys(prefix)
  return { redis, keys, index: createUploadIndex({ redis, keys }) }
}

export function newRecord(owner: string, length = 1_000): UploadRecord {
  const id = uuid()
  const now = new Date().toISOString()
  return {
    version: 1,
    id,
    owner,
    job: 'job-1',
    path: `${id}.k`,
    placed_path: null,
    length,
    state: 'receiving',
    on_conflict: 'rename',
    declared_sha256: null,
    declared_type: null,
    metadata: '',
    created_at: now,
    updated_at: now,
    expires_at: null,
    decision: null,
    verdict: null,
    held_reason: null,
  }
}

const WAY: readonly UploadEvent[] = ['finish', 'scan', 'pass']
export const STATES = ['receiving', 'received', 'scanning', 'complete']

/** Brings `count` uploads of `owner` through all states, some at once; answers their ids. */
export async function driveUploads(index: UploadIndex, owner: string, count: number, atOnce = 8): Promise<string[]> {
  const records = Array.from({ length: count }, () => newRecord(owner))
  const rest = [...records]
  const lane = async () => {
    for (let record = rest.shift(); record !== undefined; record = rest.shift()) {
      await index.create(record, 1_000, { quotaBytes: -1, freeBytes: -1 })
      for (const event of WAY) await index.step(event, record, 1_000)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return records.map((record) => record.id)
}

/** A client of either kind, and everything it was told with the time of arrival. */
export type Listener = {
  readonly messages: Envelope[]
  readonly arrived: number[]
  readonly ends: string[]
  lastId(): string
  of<Type extends EventType>(type: Type): Envelope<Type>[]
  close(): void
}

function collect(close: () => void) {
  const messages: Envelope[] = []
  const arrived: number[] = []
  const listener: Listener = {
    messages,
    arrived,
    ends: [],
    lastId: () => messages.findLast((message) => message.id !== '')?.id ?? '',
    of: <Type extends EventType>(type: Type) =>
      messages.filter((message): message is Envelope<Type> => message.type === type),
    close,
  }
  const hear = (message: Envelope) => {
    messages.push(message)
    arrived.push(performance.timeOrigin + performance.now())
  }
  return { listener, hear }
}

type Options = { lastEventId?: string; reconnects?: boolean }

export async function connectWs(at: Realtime, token: string, { lastEventId }: Options = {}): Promise<Listener> {
  const last = lastEventId === undefined ? '' : `&last_event_id=${lastEventId}`
  const ws = new WebSocket(`ws://127.0.0.1:${at.port}/ws?token=${token}${last}`)
  const { listener, hear } = collect(() => ws.close())
  ws.on('message', (data) => hear(JSON.parse(data.toString())))
  ws.on('close', (code, reason) => listener.ends.push(`${code} ${reason}`))
  await once(ws, 'open')
  return listener
}

/** `lastEventId` follows the messages, so that a client that comes back by itself gets what it missed. */
export async function connectIo(at: Realtime | string, token: string, options: Options = {}): Promise<Listener> {
  const socket: Socket = io(typeof at === 'string' ? at : at.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: options.reconnects ?? false,
    reconnectionDelay: 50,
    reconnectionDelayMax: 200,
    auth: (give) => give({ token, last_event_id: listener.lastId() || options.lastEventId }),
  })
  const { listener, hear } = collect(() => void socket.disconnect())
  socket.onAny((type: string, message: Envelope) => {
    if (type === 'session_expired') listener.ends.push(type)
    else hear(message)
  })
  socket.on('disconnect', (reason) => listener.ends.push(reason))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return listener
}

/** What one upload went through, as this client was told. */
export function statesOf(listener: Listener): Map<string, string[]> {
  const states = new Map<string, string[]>()
  for (const { data } of listener.of('upload_state')) {
    const seen = states.get(data.upload_id)
    if (seen === undefined) states.set(data.upload_id, [data.state])
    else seen.push(data.state)
  }
  return states
}

export const userToken = (sub: string): string => testToken({ sub })
export const adminToken = (sub = 'root-admin'): string => testToken({ sub, groups: ['admin'] })
