import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createKeys, type Keys } from '#shared/redis/keys.ts'
import { cacheFolder } from '../../infra/cache-folder.ts'
import { findOwnRedis } from '../../infra/redis/find-redis.ts'
import type { RedisServer } from '../../infra/redis/redis-server.ts'
import { startOwnRedis } from '../../infra/redis/start-redis.ts'
import { freePort } from '../support/ports.ts'
import { REPOSITORY } from '../support/repository.ts'
import { makeTempFolder } from '../support/temp.ts'
import { TEST_SECRET } from '../support/tokens.ts'
import type { Journal } from './journal.ts'
import { mountSmallDisk, type SmallDisk } from './private-mount.ts'
import { type Balancer, startBalancer } from './site/balancer.ts'
import { type Kind, Member } from './site/member.ts'

export type ChaosSite = {
  readonly root: string
  readonly keys: Keys
  readonly redis: RedisServer
  /** For looking, and for FLUSHALL; it reconnects. */
  readonly asked: Redis
  readonly disk: SmallDisk | undefined
  readonly members: readonly Member[]
  /** The one address of all APIs. */
  readonly front: Balancer
  /** The one address of all realtime processes. */
  readonly events: Balancer
  /** Runs a fault of the whole site within a window; one of a kind at a time. */
  outage(kind: string, target: string, act: () => Promise<unknown>): Promise<void>
  flush(): Promise<unknown>
  stop(): Promise<(number | null)[]>
  remove(): Promise<void>
}

const ENTRIES: Readonly<Record<Kind, string>> = {
  api: 'services/api/main.ts',
  realtime: 'services/realtime/main.ts',
  scan: 'workers/scan/main.ts',
  sweep: 'workers/sweep/main.ts',
}
export const SIZES: Readonly<Record<Kind, number>> = { api: 3, realtime: 2, scan: 3, sweep: 2 }

export type SiteWish = {
  readonly journal: Journal
  readonly diskBytes: number
  readonly env: NodeJS.ProcessEnv
  readonly sizes?: Readonly<Record<Kind, number>>
}

/** A whole site of real processes on one Redis, each with a supervisor, behind one port. */
export async function startChaosSite({ journal, diskBytes, env, sizes = SIZES }: SiteWish): Promise<ChaosSite> {
  const folder = await makeTempFolder('chaos')
  const root = join(folder.path, 'root')
  await mkdir(root)
  const disk = await mountSmallDisk(root, diskBytes, env)
  await writeFile(join(root, '.airlock-root'), '')
  const source = await findOwnRedis({ env, cache: cacheFolder(REPOSITORY, env) })
  const password = randomBytes(16).toString('hex')
  const redis = await startOwnRedis(source, { folder: join(folder.path, 'redis'), password, port: await freePort() })
  const asked = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 100 })
  asked.on('error', () => undefined)
  const members = await startMembers(sizes, commonEnv(root, redis.url), journal)
  const ports = (kind: Kind) => members.filter((member) => member.member.kind === kind).map(({ port }) => port)
  const [front, events] = await Promise.all([startBalancer(ports('api')), startBalancer(ports('realtime'))])
  const turns = new Map<string, Promise<void>>()
  return {
    ...{
      root,
      redis,
      asked,
      disk,
      front,
      events,
      keys: createKeys(PREFIX),
      members: members.map(({ member }) => member),
    },
    outage(kind, target, act) {
      const work = (turns.get(kind) ?? Promise.resolve()).then(async () => {
        const close = journal.open(kind, target)
        await act().finally(close)
      })
      turns.set(
        kind,
        work.catch(() => undefined),
      )
      return work
    },
    flush: () => asked.flushall(),
    async stop() {
      await Promise.all([front.close(), events.close()])
      const codes = await Promise.all(members.map(({ member }) => member.stop()))
      asked.disconnect()
      await redis.stop()
      return codes
    },
    async remove() {
      await disk?.unmount()
      await folder.remove()
    },
  }
}

const PREFIX = 'chaos'

const commonEnv = (root: string, redisUrl: string): Record<string, string> => ({
  UPLOAD_ROOT: root,
  REDIS_URL: redisUrl,
  REDIS_PREFIX: PREFIX,
  JWT_SECRET_KEY: TEST_SECRET,
  FREE_BYTES_RESERVE: '0',
  RATE_LIMITS: 'off',
  SCAN_CONCURRENCY: '1',
  SWEEP_INTERVAL_SECONDS: '1',
  RECONCILE_INTERVAL_MINUTES: '1',
})

type Placed = { readonly member: Member; readonly port: number }

async function startMembers(
  sizes: Readonly<Record<Kind, number>>,
  env: Record<string, string>,
  journal: Journal,
): Promise<Placed[]> {
  const wanted = (Object.entries(sizes) as [Kind, number][]).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, i) => ({ kind, name: `${kind}-${i + 1}` })),
  )
  return Promise.all(
    wanted.map(async ({ kind, name }) => {
      const port = await freePort()
      const own = { ...env, API_PORT: String(port), REALTIME_PORT: String(port) }
      const member = new Member(name, kind, ENTRIES[kind], own, journal)
      await member.start()
      return { member, port }
    }),
  )
}
