import { join } from 'node:path'
import { AppError } from '#shared/domain/errors.ts'
import { fetchDebianPackages } from '../debian/fetch-packages.ts'
import { findOnPath } from '../process/find-on-path.ts'
import { runCommand } from '../process/run-command.ts'
import { prepareDocker } from './redis-container.ts'

/** Where a Redis comes from. Plain data: test workers get it from the global set-up. */
export type RedisSource =
  | { readonly kind: 'url'; readonly url: string; readonly label: string }
  | { readonly kind: 'program'; readonly file: string; readonly libraryPath: string; readonly label: string }
  | { readonly kind: 'docker'; readonly label: string }

export type OwnRedisSource = Exclude<RedisSource, { kind: 'url' }>
export type RedisProgramSource = Extract<RedisSource, { kind: 'program' }>

type FindRedis = {
  readonly env: NodeJS.ProcessEnv
  /** Folder for Debian's packages. */
  readonly cache: string
}

/** The site's Redis if `REDIS_URL` names one, else one of our own. */
export async function findRedis(deps: FindRedis): Promise<RedisSource> {
  const url = deps.env.REDIS_URL
  if (url !== undefined && url !== '') return { kind: 'url', url, label: 'REDIS_URL' }
  return findOwnRedis(deps)
}

/** PATH, then Docker, then Debian's packages; throws `no_redis` with the four ways if none of them leads anywhere. */
export async function findOwnRedis({ env, cache }: FindRedis): Promise<OwnRedisSource> {
  const installed = installedRedis(env.PATH)
  if (installed !== undefined) return installed
  const failures: string[] = []
  try {
    await prepareDocker()
    return { kind: 'docker', label: 'Docker' }
  } catch (error) {
    failures.push(`Docker: ${reasonOf(error)}`)
  }
  try {
    return await findInDebianPackages(cache)
  } catch (cause) {
    failures.push(`Debian: ${reasonOf(cause)}`)
    throw new AppError('unavailable', 'no_redis', `${FOUR_WAYS} (${failures.join('; ')})`, { cause })
  }
}

/** A Redis that can be started with a configuration of one's own: from PATH, else from Debian's packages. */
export const findRedisProgram = async (cache: string): Promise<RedisProgramSource> =>
  installedRedis(process.env.PATH) ?? (await findInDebianPackages(cache))

function installedRedis(path: string | undefined): RedisProgramSource | undefined {
  const file = findOnPath(['redis-server', 'valkey-server'], path)
  return file === undefined ? undefined : { kind: 'program', file, libraryPath: '', label: file }
}

/** The message of a failure that is one way's end; a bug is thrown on. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message
  throw error
}

async function findInDebianPackages(cache: string): Promise<RedisProgramSource> {
  const { root, libraryPath } = await fetchDebianPackages(['redis-server'], cache)
  const file = join(root, 'usr/bin/redis-server')
  const version = await runCommand(file, ['--version'], { env: { LD_LIBRARY_PATH: libraryPath } })
  if (version.code === 0) return { kind: 'program', file, libraryPath, label: "Debian's packages, unpacked" }
  throw new AppError('unavailable', 'no_redis', `Cannot run ${file}: delete ${root} to have it fetched anew`)
}

const FOUR_WAYS =
  'Cannot find a Redis. Any one of these will do: set REDIS_URL to a running one; install redis-server or valkey-server; start Docker; or allow apt-get to reach a Debian mirror.'
