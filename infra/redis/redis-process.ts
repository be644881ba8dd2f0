import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '#shared/domain/errors.ts'
import { freePort } from '../process/free-port.ts'
import { lastLine } from '../process/run-command.ts'
import { exitOf, stopChild } from '../process/stop-child.ts'
import type { OwnRedisSource } from './find-redis.ts'
import { pingRedis } from './ping-redis.ts'
import { type RedisPlace, redisConfig, redisUrl, type WantedRedis } from './redis-options.ts'
import type { RedisServer } from './redis-server.ts'
import { startWatchdog } from './watchdog.ts'

type Program = Extract<OwnRedisSource, { kind: 'program' }>
type Place = WantedRedis & RedisPlace
type Running = { readonly child: ChildProcess; readonly stopWatchdog: () => void }

/** A large append-only file takes its time to load and to flush. */
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 20_000
const PORT_ATTEMPTS = 5

/** Starts a Redis program on the loopback; without a port of its own it takes a free one. */
export async function startRedisProcess(program: Program, wanted: WantedRedis): Promise<RedisServer> {
  await mkdir(wanted.folder, { recursive: true, mode: 0o700 })
  for (let attempt = 1; ; attempt++) {
    const place = { ...wanted, port: wanted.port ?? (await freePort()) }
    try {
      return serverOf(program, place, await launch(program, place))
    } catch (error) {
      // Somebody took the free port between asking and binding.
      const portTaken = error instanceof AppError && error.code === 'redis_port_taken'
      if (!portTaken || wanted.port !== undefined || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

function serverOf(program: Program, place: Place, first: Running): RedisServer {
  let running = first
  const stop = async () => {
    await stopChild(running.child, STOP_LIMIT_MS)
    running.stopWatchdog()
  }
  const kill = async () => {
    running.child.kill('SIGKILL')
    await exitOf(running.child)
    running.stopWatchdog()
  }
  const restart = async () => {
    await stop()
    running = await launch(program, place)
  }
  return {
    url: redisUrl(place),
    port: place.port,
    pid: () => running.child.pid ?? 0,
    ended: async () => void (await exitOf(running.child)),
    stop,
    kill,
    restart,
  }
}

async function launch(program: Program, place: Place): Promise<Running> {
  // Its own process group: Ctrl-C at the terminal must not reach it before those that still write to it.
  const child = spawn(program.file, ['-'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...(program.libraryPath === '' ? {} : { LD_LIBRARY_PATH: program.libraryPath }) },
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-8_192)
    place.onOutput?.(chunk)
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  child.stdin.end(redisConfig(place))
  const stopWatchdog = startWatchdog(child.pid ?? 0)
  try {
    await untilLoaded(child, place, () => said)
    return { child, stopWatchdog }
  } catch (error) {
    await stopChild(child, STOP_LIMIT_MS)
    stopWatchdog()
    throw error
  }
}

async function untilLoaded(child: ChildProcess, place: Place, said: () => string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS
  for (;;) {
    const asked = await pingRedis(redisUrl(place)).then(
      () => undefined,
      (error: Error) => error,
    )
    // Asked after the answer: whoever answers on this port must be ours.
    if (child.exitCode !== null || child.signalCode !== null) throw ended(said())
    if (asked === undefined) return
    if (Date.now() > deadline)
      throw new AppError('unavailable', 'redis_slow', `Cannot start Redis within ${START_LIMIT_MS / 1_000} s`, {
        cause: asked,
      })
    await pause(20)
  }
}

function ended(said: string): AppError {
  if (/Address already in use/i.test(said))
    return new AppError('unavailable', 'redis_port_taken', 'Cannot start Redis: its port is taken')
  return new AppError('unavailable', 'redis_ended', `Cannot start Redis: it ended at once (${lastLine(said)})`)
}
