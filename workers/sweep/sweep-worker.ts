import { Queue, Worker } from 'bullmq'
import type { Keys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { SweepCounts } from './sweep-uploads.ts'

export type SweepWorkerDeps = {
  producer: RedisClient
  blocking: RedisClient
  keys: Keys
  log: Logger
  intervalMs: number
  sweep: (now: number, signal: AbortSignal) => Promise<SweepCounts>
}

const SWEEP_QUEUE = 'sweep'
const LOCK_MS = 10_000

/** One sweep at a time in the whole site: a job scheduler makes the jobs, a global concurrency of one lets one run. */
export async function startSweepWorker({ producer, blocking, keys, log, intervalMs, sweep }: SweepWorkerDeps) {
  const queue = new Queue(SWEEP_QUEUE, { connection: producer, prefix: keys.bull })
  queue.on('error', (err) => log.warn({ err }, 'sweep queue'))
  await queue.setGlobalConcurrency(1)
  await queue.upsertJobScheduler(
    'every',
    { every: intervalMs },
    { name: SWEEP_QUEUE, opts: { removeOnComplete: true, removeOnFail: true } },
  )
  const stopping = new AbortController()
  const run = async () => {
    const started = performance.now()
    const counts = await sweep(Date.now(), stopping.signal)
    log.debug({ ms: Math.round(performance.now() - started), counts }, 'sweep done')
  }
  const worker = new Worker(SWEEP_QUEUE, run, {
    connection: blocking,
    prefix: keys.bull,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS / 2,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  })
  worker.on('error', (err) => log.error({ err }, 'sweep worker'))
  worker.on('failed', (_job, err) => log.error({ err }, 'sweep failed'))
  await worker.waitUntilReady()
  return async function stop(): Promise<void> {
    stopping.abort()
    await worker.close()
    await queue.close()
  }
}
