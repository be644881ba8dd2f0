import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { v7 as uuidv7 } from 'uuid'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { REPOSITORY } from '../../support/repository.ts'
import type { LoadClient } from '../client/load-client.ts'
import { cpuSeconds, memory } from '../process-figures.ts'
import type { BenchSite } from '../servers/bench-site.ts'
import { mebibytes, table } from '../table.ts'

const COUNTS = [10_000, 100_000]
const OWNERS = 50
const LOOK_MS = 50
const PREFIX = 'bench-rebuild'

/** `airlock rebuild` from records alone: time, memory of the process, and what an upload costs Redis. */
export async function rebuildScenario(site: BenchSite, _client: LoadClient): Promise<string> {
  const rows: string[][] = []
  for (const count of COUNTS) {
    const root = join(site.folder, `rebuild-${count}`)
    await makeRecords(root, count)
    const redis = new Redis(site.redis.url)
    const before = await usedMemory(redis)
    const redisCpu = cpuSeconds(site.redis.pid())
    const { report, peakMiB, cpu } = await rebuild(root, site.redis.url)
    const spent = `${cpu.toFixed(1)} + ${(cpuSeconds(site.redis.pid()) - redisCpu).toFixed(1)}`
    const bytes = ((await usedMemory(redis)) - before) / count
    rows.push([
      String(count),
      String(report.restored),
      (report.ms / 1_000).toFixed(1),
      spent,
      peakMiB,
      bytes.toFixed(0),
    ])
    await forget(redis)
    redis.disconnect()
    await rm(root, { recursive: true })
  }
  const head = [
    'records',
    'put back',
    'seconds',
    'CPU s: process + Redis',
    'peak MiB of the process',
    'bytes of Redis per upload',
  ]
  return `airlock rebuild, Redis empty, ${OWNERS} owners, complete uploads\n\n${table(head, rows)}`
}

async function makeRecords(root: string, count: number): Promise<void> {
  await mkdir(root, { recursive: true })
  await writeFile(join(root, '.airlock-root'), '')
  for (let owner = 0; owner < OWNERS; owner++) {
    const staging = join(root, 'users', `user${owner}`, '.airlock')
    await mkdir(staging, { recursive: true })
    for (let made = 0; made < count / OWNERS; made += 100)
      await Promise.all(
        Array.from({ length: 100 }, (_, i) => writeRecord(staging, completeRecord(`user${owner}`, made + i))),
      )
  }
}

const writeRecord = (staging: string, record: UploadRecord) =>
  writeFile(join(staging, `${record.id}.json`), JSON.stringify(record))

/** As large as the record of an ordinary deck. */
function completeRecord(owner: string, i: number): UploadRecord {
  const at = new Date().toISOString()
  const path = `case ${i % 100}/run ${i}/deck.k`
  const verdict = {
    ...{ outcome: 'complete', reasons: [], warnings: [], notes: [], detected_type: 'LS-DYNA keyword deck' },
    ...{ sha256: 'a'.repeat(64), policy_version: 'default-1', decided_at: at },
    coverage: {
      ...{ bytes_total: 5, bytes_read: 5, bytes_decoded: 5, entries: 0, depth: 0 },
      ...{ engines: ['gate'], limits_hit: [], not_inspected: [] },
    },
  } as unknown as NonNullable<UploadRecord['verdict']>
  return {
    ...{ version: 1, id: uuidv7(), owner, groups: ['users'], token_sha256: 'b'.repeat(64), job: 'bench', path },
    ...{ placed_path: path, length: 5, state: 'complete', on_conflict: 'rename', declared_sha256: null },
    ...{ declared_type: null, metadata: 'filename ZGVjay5r,job_id YmVuY2g=', created_at: at, updated_at: at },
    ...{ expires_at: null, decision: { verdict, target: path, inode: String(i) }, verdict, held_reason: null },
  }
}

type Report = { restored: number; ms: number }

async function rebuild(root: string, url: string): Promise<{ report: Report; peakMiB: string; cpu: number }> {
  const env = { PATH: process.env.PATH ?? '', UPLOAD_ROOT: root, REDIS_URL: url, REDIS_PREFIX: PREFIX }
  const main = join(REPOSITORY, 'services/cli/main.ts')
  const child = spawn(process.execPath, [main, 'rebuild', '--json'], { env })
  const said: string[] = []
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => said.push(String(chunk)))
  let peak = 0
  let cpu = 0
  const look = setInterval(() => {
    const figures = figuresOf(child.pid)
    peak = Math.max(peak, figures.peak)
    cpu = Math.max(cpu, figures.cpu)
  }, LOOK_MS)
  const [code] = await once(child, 'close')
  clearInterval(look)
  if (code !== 0) throw new Error(`airlock rebuild ended with ${code}: ${said.join('')}`)
  return { report: JSON.parse(said.join('')) as Report, peakMiB: mebibytes(peak), cpu }
}

/** Nothing once it has ended. */
function figuresOf(pid = 0): { peak: number; cpu: number } {
  try {
    return { peak: memory(pid).peak || 0, cpu: cpuSeconds(pid) }
  } catch {
    return { peak: 0, cpu: 0 }
  }
}

const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0)

async function forget(redis: Redis): Promise<void> {
  const tag = createKeys(PREFIX).uploadPrefix.slice(0, -'upload:'.length)
  for await (const names of redis.scanStream({ match: `${tag}*`, count: 1_000 }) as AsyncIterable<string[]>)
    if (names.length > 0) await redis.unlink(...names)
}
