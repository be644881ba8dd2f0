import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createKeys } from '#shared/redis/keys.ts'
import { testToken } from '../../support/tokens.ts'
import type { LoadClient } from '../client/load-client.ts'
import { cpuSeconds } from '../process-figures.ts'
import type { Airlock, BenchSite } from '../servers/bench-site.ts'
import { fixed, table } from '../table.ts'

const FILES = Number(process.env.BENCH_FILES ?? 10_000)
const BYTES = 1024
const CONNECTIONS = 16
const LOOK_MS = 5

/** One user's 10,000 small files wait for one scan worker; in the middle of them comes a single file of another user. */
export async function fairScenario(site: BenchSite, client: LoadClient): Promise<string> {
  const airlock = await site.airlock()
  const redis = new Redis(site.redis.url)
  const keys = createKeys(airlock.env.REDIS_PREFIX ?? '')
  const complete = () => redis.zcard(keys.stateUploads('complete'))
  try {
    await send(client, airlock, airlock.headers, FILES)
    const started = performance.now()
    const scan = await airlock.start('workers/scan/main.ts')
    const redisPid = site.redis.pid()
    const [cpu, redisCpu] = [cpuSeconds(scan.pid), cpuSeconds(redisPid)]
    while ((await complete()) < FILES / 2) await pause(LOOK_MS)
    const half = performance.now()
    await send(client, airlock, { Authorization: `Bearer ${testToken({ sub: 'single' })}` }, 1)
    const [came, before] = [performance.now(), await complete()]
    const id = (await redis.zrange(keys.ownerUploads('single'), '0', '0'))[0] ?? ''
    while ((await redis.hget(keys.upload(id), 'state')) !== 'complete') await pause(LOOK_MS)
    const [done, after] = [performance.now(), await complete()]
    while ((await complete()) < FILES + 1) await pause(LOOK_MS)
    const all = performance.now()
    const perFile = (used: number) => fixed((used / FILES) * 1000, 2)
    const [used, redisUsed] = [perFile(cpuSeconds(scan.pid) - cpu), perFile(cpuSeconds(redisPid) - redisCpu)]
    await scan.stop()
    const rows = [
      ['files scanned a second', fixed((FILES - before) / ((all - half) / 1000), 0)],
      ['all of them, s', fixed((all - started) / 1000, 1)],
      ['CPU ms a file of the worker itself, without its scan processes', used],
      ['CPU ms a file of Redis', redisUsed],
      ['the single file: others done between its last byte and its verdict', String(after - before - 1)],
      ['and ms', fixed(done - came, 0)],
    ]
    return `${FILES} files of 1 KiB of one user wait for a scan worker of two slots; another user sends one when half are done\n\n${table(['', ''], rows)}`
  } finally {
    redis.disconnect()
    await airlock.end()
  }
}

const send = (client: LoadClient, { port, path }: Airlock, headers: Record<string, string>, files: number) =>
  client.run({ port, path, headers, way: 'creation', connections: Math.min(files, CONNECTIONS), files, bytes: BYTES })
