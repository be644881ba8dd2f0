import { freePort } from './ports.ts'
import { type RunningProcess, startProcess } from './processes.ts'
import { redisPrefix, sharedRedisUrl } from './redis.ts'
import { makeUploadRoot } from './temp.ts'
import { TEST_SECRET } from './tokens.ts'

export type SitePlan = {
  readonly apis?: number
  readonly realtimes?: number
  readonly scans?: number
  readonly sweeps?: number
  readonly redisUrl?: string
  readonly env?: Record<string, string>
  /** An upload root that is there already, with its marker; it is not removed. */
  readonly root?: string
  /** What is run in place of node. */
  readonly execPath?: string
}

export type Member = { process: RunningProcess; readonly url: string; readonly start: () => Promise<RunningProcess> }

export type Site = {
  readonly root: string
  readonly env: Record<string, string>
  readonly apis: Member[]
  readonly realtimes: Member[]
  readonly scans: Member[]
  readonly sweeps: Member[]
  /** One more scan worker, to be stopped by the caller. */
  startScan(): Promise<RunningProcess>
  stop(): Promise<(number | null)[]>
}

/** A whole site of real processes on loopback ports, with an upload root and Redis keys of its own. */
export async function startSite(plan: SitePlan = {}): Promise<Site> {
  const { root, remove } =
    plan.root === undefined ? await makeUploadRoot() : { root: plan.root, remove: async () => undefined }
  const env = {
    UPLOAD_ROOT: root,
    REDIS_URL: plan.redisUrl ?? sharedRedisUrl(),
    REDIS_PREFIX: redisPrefix('e2e'),
    JWT_SECRET_KEY: TEST_SECRET,
    FREE_BYTES_RESERVE: '0',
    SWEEP_INTERVAL_SECONDS: '1',
    ...plan.env,
  }
  const start = async (entry: string, portName?: string): Promise<Member> => {
    const port = portName === undefined ? undefined : await freePort()
    const own = portName === undefined ? env : { ...env, [portName]: String(port) }
    const begin = () => startProcess(entry, own, plan.execPath === undefined ? {} : { execPath: plan.execPath })
    return { process: await begin(), url: `http://127.0.0.1:${port}`, start: begin }
  }
  const many = (count: number, entry: string, portName?: string) =>
    Promise.all(Array.from({ length: count }, () => start(entry, portName)))
  const [apis, realtimes, scans, sweeps] = await Promise.all([
    many(plan.apis ?? 1, 'services/api/main.ts', 'API_PORT'),
    many(plan.realtimes ?? 0, 'services/realtime/main.ts', 'REALTIME_PORT'),
    many(plan.scans ?? 0, 'workers/scan/main.ts'),
    many(plan.sweeps ?? 0, 'workers/sweep/main.ts'),
  ])
  return {
    ...{ root, env, apis, realtimes, scans, sweeps },
    startScan: () => startProcess('workers/scan/main.ts', env),
    async stop() {
      const codes = await Promise.all([...realtimes, ...apis, ...scans, ...sweeps].map(({ process }) => process.stop()))
      await remove()
      return codes
    },
  }
}
