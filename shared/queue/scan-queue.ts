import { Queue } from 'bullmq'
import { SCAN_QUEUE, type ScanJob } from '../contracts/scan-job.ts'
import type { Keys } from '../redis/keys.ts'
import type { RedisClient } from '../redis/redis-client.ts'

export type ScanQueue = ReturnType<typeof createScanQueue>

/** First wait before another attempt, ms; doubled each time. */
const BACKOFF_MS = 2_000

/** The producer's side of the scan queue. The job id is the upload id, so adding twice is adding once. */
export function createScanQueue({ redis, keys, attempts }: { redis: RedisClient; keys: Keys; attempts: number }) {
  const queue = new Queue<ScanJob>(SCAN_QUEUE, {
    connection: redis,
    prefix: keys.bull,
    // A finished job must not stay: while its id exists, adding it again for a rescan would do nothing and say nothing.
    defaultJobOptions: {
      attempts,
      backoff: { type: 'exponential', delay: BACKOFF_MS },
      removeOnComplete: true,
      removeOnFail: true,
    },
  })

  return {
    async enqueue(jobs: readonly ScanJob[]): Promise<void> {
      const all = jobs.map((job) => ({ name: SCAN_QUEUE, data: job, opts: { jobId: job.id } }))
      const [only] = all
      // Nearly always one: it needs no transaction.
      if (all.length > 1) await queue.addBulk(all)
      else if (only !== undefined) await queue.add(only.name, only.data, only.opts)
    },
    /** Whether a job of this upload waits, is delayed or runs. */
    async has(id: string): Promise<boolean> {
      return (await queue.getJob(id)) !== undefined
    },
    onError: (listener: (error: Error) => void) => queue.on('error', listener),
    close: () => queue.close(),
  }
}
