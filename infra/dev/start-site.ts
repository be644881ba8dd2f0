import { join } from 'node:path'
import { cacheFolder } from '../cache-folder.ts'
import { fetchDecoders } from '../debian/fetch-decoders.ts'
import { buildPageIfStale } from './build-page.ts'
import { checkPorts } from './check-ports.ts'
import { openChildLog } from './child-log.ts'
import { startDevRedis } from './dev-redis.ts'
import { prepareFolders } from './folders.ts'
import { type PidRecord, stopLeftovers } from './pid-record.ts'
import type { DevSettings } from './settings.ts'
import { claimFolder } from './single-instance.ts'
import { SupervisedProcess } from './supervise.ts'

export type SiteDeps = {
  readonly settings: DevSettings
  readonly env: NodeJS.ProcessEnv
  readonly pids: PidRecord
  readonly say: (text: string) => void
  /** Started first, stopped last. */
  readonly stops: AsyncDisposableStack
  /** Aborted when the site is to stop: no step begins after it. */
  readonly signal: AbortSignal
}

/** Groups of processes; each group is stopped together and before those above it. */
const PROCESSES = [
  [{ name: 'sweep', entry: 'workers/sweep/main.ts' }],
  [
    { name: 'scan-1', entry: 'workers/scan/main.ts' },
    { name: 'scan-2', entry: 'workers/scan/main.ts' },
  ],
  [
    { name: 'api', entry: 'services/api/main.ts' },
    { name: 'realtime', entry: 'services/realtime/main.ts' },
  ],
] as const

/** Starts Redis and every process; resolves when all are ready. */
export async function startSite(deps: SiteDeps): Promise<void> {
  const { settings, stops, signal, say } = deps
  await prepareFolders(settings)
  stops.defer(await claimFolder(settings.folders.run))
  await stopLeftovers(settings.pidFile, say)
  await checkPorts(settings)
  signal.throwIfAborted()
  await Promise.all([buildPage(deps), startBehind(deps)])
}

async function startBehind(deps: SiteDeps): Promise<void> {
  const [redisUrl, decoderPath] = await Promise.all([startRedis(deps), findDecoderPath(deps)])
  await startProcesses({ redisUrl, decoderPath }, deps)
}

/** Undefined where the user has said it, or where those on PATH do. */
async function findDecoderPath({ settings, env, say }: SiteDeps): Promise<string | undefined> {
  if (env.DECODER_PATH) return undefined
  const { folder, label } = await fetchDecoders(env.PATH, cacheFolder(settings.repository, env))
  say(`Decoders: ${label}`)
  return folder ?? undefined
}

type Found = { readonly redisUrl: string; readonly decoderPath: string | undefined }

async function startProcesses(found: Found, deps: SiteDeps): Promise<void> {
  deps.signal.throwIfAborted()
  const groups = PROCESSES.map((group) => group.map((process) => supervised(process, found, deps)))
  for (const group of groups) {
    deps.stops.defer(async () => void (await Promise.all(group.map((process) => process.stop()))))
  }
  await Promise.all(groups.flat().map((process) => process.start()))
}

async function startRedis(deps: SiteDeps): Promise<string> {
  const redis = await startDevRedis(deps)
  deps.stops.defer(redis.stop)
  return redis.url
}

async function buildPage({ settings, signal, say }: SiteDeps): Promise<void> {
  const from = Date.now()
  const done = await buildPageIfStale(settings, signal)
  if (done === 'built') say(`Page: built in ${((Date.now() - from) / 1_000).toFixed(1)} s`)
}

function supervised({ name, entry }: (typeof PROCESSES)[number][number], found: Found, deps: SiteDeps) {
  const { settings, pids, say } = deps
  return new SupervisedProcess(
    { name, entry: join(settings.repository, entry), cwd: settings.repository, env: childEnv(found, deps) },
    {
      say,
      log: openChildLog(name, join(settings.folders.logs, `${name}.log`), say),
      started: (child, pid) => pids.add(child, pid),
    },
  )
}

/** The user's environment, with what a development site needs where it says nothing. */
function childEnv({ redisUrl, decoderPath }: Found, { settings, env }: SiteDeps): NodeJS.ProcessEnv {
  const ownKey = ['JWT_SECRET_KEY', 'JWT_SECRET_KEY_FILE', 'JWT_PUBLIC_KEY', 'JWT_PUBLIC_KEY_FILE'].some(
    (name) => env[name],
  )
  return {
    NODE_ENV: 'development',
    // The same page under the loopback's other name is another origin.
    CORS_ORIGINS: `http://localhost:${settings.apiPort}`,
    ...(decoderPath === undefined ? {} : { DECODER_PATH: decoderPath }),
    ...env,
    REALTIME_PUBLIC_URL: settings.realtimeOrigin,
    ...(ownKey ? {} : { JWT_SECRET_KEY_FILE: settings.secretFile }),
    AIRLOCK_STOP_WITH_PARENT: '1',
    HOST: settings.host,
    API_PORT: String(settings.apiPort),
    REALTIME_PORT: String(settings.realtimePort),
    REDIS_URL: redisUrl,
    UPLOAD_ROOT: settings.uploadRoot,
    WEB_ROOT: settings.page,
  }
}
