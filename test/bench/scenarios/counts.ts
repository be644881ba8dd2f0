import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { findOnPath } from '../../../infra/process/find-on-path.ts'
import { exitOf } from '../../../infra/process/stop-child.ts'
import { until } from '../../support/until.ts'
import type { LoadClient } from '../client/load-client.ts'
import type { BenchSite } from '../servers/bench-site.ts'
import { fixed } from '../table.ts'

const FILES = 100
const SYNCS = ['fsync', 'fdatasync']

/** Redis commands and syncs of one small upload from its creation to its place, api and scan worker together. */
export async function countsScenario(site: BenchSite, client: LoadClient): Promise<string> {
  const airlock = await site.airlock()
  const scan = await airlock.start('workers/scan/main.ts')
  const redis = new Redis(site.redis.url)
  const { port, path, headers } = airlock
  const load = { port, path, headers, way: 'patch', connections: 1, files: FILES, bytes: 10 * 1024 } as const
  const complete = async () => redis.zcard(`{${airlock.env.REDIS_PREFIX}}:state:complete`)
  await client.run({ ...load, files: 5 })
  await until('the warm-up', async () => (await complete()) === 5)
  const watch = await watchSyncs([airlock.process.pid, scan.pid], join(site.folder, 'strace'))
  const commands = await watchCommands(redis)
  await client.run(load)
  await until('all verdicts', async () => (await complete()) === FILES + 5, 60_000)
  const counted = commands.end()
  const syncs = await watch?.end()
  redis.disconnect()
  await scan.stop()
  await airlock.end()
  return show(counted, syncs)
}

type Counts = Map<string, number>
const count = (counts: Counts, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)

/** MONITOR tells apart what a process sent and what a script called. */
async function watchCommands(redis: Redis) {
  const sent: Counts = new Map()
  const inScripts: Counts = new Map()
  const monitor = await redis.monitor()
  monitor.on('monitor', (_time: string, [name = '']: string[], source: string) =>
    count(source === 'lua' ? inScripts : sent, name.toLowerCase()),
  )
  return {
    end() {
      monitor.disconnect()
      // Our own question whether all is done.
      sent.delete('zcard')
      return { sent, inScripts }
    },
  }
}

/** Counts fsync and fdatasync by strace; undefined where it is not installed. */
async function watchSyncs(pids: readonly number[], output: string) {
  const strace = findOnPath(['strace'], process.env.PATH)
  if (strace === undefined) return undefined
  const attach = pids.flatMap((pid) => ['-p', String(pid)])
  const child = spawn(strace, ['-f', '-qq', '-e', `trace=${SYNCS.join(',')}`, '-o', output, ...attach], {
    stdio: 'ignore',
  })
  await once(child, 'spawn')
  await pause(500)
  return { end: () => readSyncs(child, output) }
}

async function readSyncs(child: ChildProcess, output: string): Promise<Counts> {
  child.kill('SIGINT')
  await exitOf(child)
  const counts: Counts = new Map(SYNCS.map((name) => [name, 0]))
  for (const line of (await readFile(output, 'utf8')).split('\n')) {
    const name = /^\d+\s+(fsync|fdatasync)\(/.exec(line)?.[1]
    if (name !== undefined) count(counts, name)
  }
  return counts
}

function show({ sent, inScripts }: { sent: Counts; inScripts: Counts }, syncs: Counts | undefined): string {
  const each = (counts: Counts) => [...counts].sort(([, a], [, b]) => b - a)
  const sum = (counts: Counts) => [...counts.values()].reduce((total, value) => total + value, 0)
  const list = (counts: Counts) =>
    each(counts)
      .filter(([, value]) => value >= FILES / 10)
      .map(([name, value]) => `${name} ${fixed(value / FILES, 1)}`)
      .join(', ')
  const lines = [
    `Redis commands sent: ${fixed(sum(sent) / FILES, 1)} (${list(sent)})`,
    `called by scripts: ${fixed(sum(inScripts) / FILES, 1)} (${list(inScripts)})`,
    syncs === undefined
      ? 'syncs: not counted, strace is not installed'
      : `syncs: ${fixed(sum(syncs) / FILES, 1)} (${list(syncs)})`,
  ]
  return `One upload of 10 KiB, from POST to the placed file (api and scan), mean of ${FILES}\n\n${lines.join('\n')}\n`
}
