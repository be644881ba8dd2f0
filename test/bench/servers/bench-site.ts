import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from '../../../infra/cache-folder.ts'
import { freePort } from '../../../infra/process/free-port.ts'
import { runCommand } from '../../../infra/process/run-command.ts'
import { findOwnRedis } from '../../../infra/redis/find-redis.ts'
import type { RedisServer } from '../../../infra/redis/redis-server.ts'
import { startOwnRedis } from '../../../infra/redis/start-redis.ts'
import { type RunningProcess, startProcess } from '../../support/processes.ts'
import { REPOSITORY } from '../../support/repository.ts'
import { makeTempFolder } from '../../support/temp.ts'
import { TEST_SECRET, testToken } from '../../support/tokens.ts'

/** Where a client sends its uploads, and the process that takes them. */
export type Target = {
  readonly port: number
  readonly path: string
  readonly headers: Record<string, string>
  readonly process: RunningProcess
  /** Stops it and waits for the disk, so that the next one begins with a quiet one; `keep`: what it stored stays until the end. */
  end(options?: { keep: boolean }): Promise<void>
}

export type Airlock = Target & {
  readonly env: Record<string, string>
  readonly token: string
  /** Another process of the same site, to be stopped by the caller. */
  start(entry: string, extra?: Record<string, string>): Promise<RunningProcess>
}

export type BenchSite = {
  readonly folder: string
  readonly redis: RedisServer
  airlock(): Promise<Airlock>
  bare(): Promise<Target>
  close(): Promise<void>
}

export const TIB = 2 ** 40

/** One Redis and one folder on one disk for everything that is compared. */
export async function openBenchSite(env: NodeJS.ProcessEnv): Promise<BenchSite> {
  const temp = await makeTempFolder('bench')
  const source = await findOwnRedis({ env, cache: cacheFolder(REPOSITORY, env) })
  const redis = await startOwnRedis(source, {
    folder: join(temp.path, 'redis'),
    password: randomBytes(16).toString('hex'),
  })
  const place = { folder: temp.path, redis, profiles: env.BENCH_PROFILE }
  return {
    ...place,
    airlock: () => startAirlock(place),
    bare: () => startBare(place),
    close: async () => {
      await redis.stop()
      await temp.remove()
    },
  }
}

type Place = { readonly folder: string; readonly redis: RedisServer; readonly profiles: string | undefined }

/** An API process with everything on: JWT, rate limits, quota, fsync, lock, Redis, queue. */
async function startAirlock({ folder, redis, profiles }: Place): Promise<Airlock> {
  const root = await emptyRoot(folder)
  await writeFile(join(root, '.airlock-root'), '')
  const port = await freePort()
  const env = {
    UPLOAD_ROOT: root,
    REDIS_URL: redis.url,
    REDIS_PREFIX: `bench-${randomBytes(6).toString('hex')}`,
    JWT_SECRET_KEY: TEST_SECRET,
    RATE_LIMITS: 'high-volume',
    QUOTA_BYTES: String(TIB),
    // One user sends it all.
    UPLOADS_PER_USER: '0',
    ...profiling(profiles),
  }
  const token = testToken({ sub: 'engineer' })
  const api = await startProcess('services/api/main.ts', { ...env, API_PORT: String(port) })
  return {
    port,
    path: '/api/v2/files/upload',
    headers: { Authorization: `Bearer ${token}` },
    process: api,
    env,
    token,
    start: (entry, extra) => startProcess(entry, { ...env, ...extra }),
    end: (options) => endServer(api, root, options),
  }
}

async function startBare({ folder, profiles }: Place): Promise<Target> {
  const root = await emptyRoot(folder)
  const port = await freePort()
  const env = { BARE_ROOT: root, BARE_PORT: String(port), ...profiling(profiles) }
  const bare = await startProcess('test/bench/servers/bare-server.ts', env)
  return { port, path: '/files', headers: {}, process: bare, end: (options) => endServer(bare, root, options) }
}

async function emptyRoot(folder: string): Promise<string> {
  const root = join(folder, randomBytes(6).toString('hex'))
  await mkdir(root)
  return root
}

async function endServer(server: RunningProcess, root: string, options = { keep: false }): Promise<void> {
  await server.stop()
  if (!options.keep) await rm(root, { recursive: true, force: true })
  await syncDisk(join(root, '..'))
}

/** Everything written to the file system of `folder` is on the disk afterwards. */
export async function syncDisk(folder: string): Promise<void> {
  await runCommand('sync', ['-f', folder])
}

const profiling = (folder: string | undefined): Record<string, string> =>
  folder === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` }
