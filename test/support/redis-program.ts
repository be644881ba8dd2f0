import { type ChildProcess, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'
import { inject } from 'vitest'
import { cacheFolder } from '../../infra/cache-folder.ts'
import { exitOf } from '../../infra/process/stop-child.ts'
import { findRedisProgram } from '../../infra/redis/find-redis.ts'
import { startWatchdog } from '../../infra/redis/watchdog.ts'
import { REPOSITORY } from './repository.ts'
import { makeTempFolder } from './temp.ts'
import { until } from './until.ts'
import './provided.ts'

/** Lines of a redis.conf; a key may come several times. */
export type RedisLines = readonly string[]

/** One server process with a configuration of the test's own: a master, a replica, a Sentinel or a node of a Cluster. */
export type RedisProgram = {
  readonly port: number
  readonly pid: () => number
  /** A connection of the test's own; it is closed with the server. */
  readonly client: Redis
  /** SIGKILL; what the append-only file keeps is kept. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export type RedisPlan = {
  readonly port: number
  readonly lines: RedisLines
  readonly sentinel?: boolean
  /** How the test's own connection gets in. */
  readonly options?: Omit<RedisOptions, 'replyMapping'>
}

/** Starts it and waits until it answers. Where only Docker has a Redis, Debian's packages are taken. */
export async function startRedisProgram({ port, lines, sentinel, options }: RedisPlan): Promise<RedisProgram> {
  const source = inject('redisSource')
  const program = source.kind === 'program' ? source : await findRedisProgram(cacheFolder(REPOSITORY, process.env))
  const folder = await makeTempFolder('redis')
  const file = join(folder.path, 'redis.conf')
  await writeFile(file, [`dir ${JSON.stringify(folder.path)}`, 'bind 127.0.0.1', ...COMMON, ...lines, ''].join('\n'))
  const args = sentinel === true ? [file, '--sentinel'] : [file]
  const env = { ...process.env, ...(program.libraryPath === '' ? {} : { LD_LIBRARY_PATH: program.libraryPath }) }
  let child: ChildProcess
  let callOff: () => void
  const start = async () => {
    child = spawn(program.file, args, { stdio: 'ignore', env })
    callOff = startWatchdog(child.pid ?? 0)
    await until(`Redis on ${port}`, async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
      return (await client.ping()) === 'PONG'
    })
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await exitOf(child)
    callOff()
  }
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: 3, ...options })
  client.on('error', () => undefined)
  await start()
  return {
    port,
    client,
    pid: () => child.pid ?? 0,
    kill,
    start,
    stop: async () => {
      client.disconnect()
      await kill()
      await folder.remove()
    },
  }
}

const COMMON: RedisLines = ['save ""', 'daemonize no', 'logfile ""']
/** Durable, as Airlock wants it. */
export const DURABLE: RedisLines = ['appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction']
/** A replica is in step at once, not after the five seconds in which more of them might come. */
export const REPLICATION: RedisLines = [
  'repl-diskless-sync yes',
  'repl-diskless-sync-delay 0',
  'repl-ping-replica-period 1',
]
