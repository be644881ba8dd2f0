import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { ScanJob } from '../contracts/scan-job.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import type { Keys } from '../redis/keys.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import { createScanLineIndex } from '../redis/scan-line.ts'
import type { Logger } from '../runtime/logger.ts'
import { createScanQueue } from './scan-queue.ts'

/** Slots of a worker that was killed count for this long, ms; a live one says every third of it that it is there. */
const WORKER_LEASE_MS = 15_000

export type ScanLineDeps = {
  redis: RedisClient
  keys: Keys
  log: Logger
  /** Attempts at one scan before the upload is held. */
  attempts: number
  /** Most uploads of one owner that the queue has at a time; 0: no limit. */
  perUser: number
}

export type ScanLine = ReturnType<typeof createScanLine>

/**
 * Whose file is scanned next: the queue is given only as many uploads as workers can soon take, owner by owner in turn, so that
 * one user's ten thousand files stand behind each other and not in front of everybody. All calls may be made twice.
 */
export function createScanLine({ redis, keys, log, attempts, perUser }: ScanLineDeps) {
  const queue = createScanQueue({ redis, keys, attempts })
  queue.onError((err) => log.warn({ err }, 'scan queue'))
  const index = createScanLineIndex({ redis, keys, perUser })
  const give = async (jobs: Promise<ScanJob[]>) => queue.enqueue(await jobs)

  return {
    /** Puts received uploads in line, or their jobs back in the queue if these are lost: for who restores (sweep, rebuild). */
    offer: (records: readonly UploadRecord[]): Promise<void> => give(index.offer(records)),
    /** Gives the queue what may go now; the state step `finish` has put the upload in line already. */
    dispatch: (): Promise<void> => give(index.next()),
    /** The job has ended, whatever way: its place goes to the next. */
    leave: (job: ScanJob): Promise<void> => give(index.leave(job)),
    /** The job waits for another attempt, or is at it. */
    retrying: (job: ScanJob, waits: boolean): Promise<void> => give(index.retrying(job, waits)),
    /** Whether the upload waits in line, or the queue has its job. */
    async has(job: ScanJob): Promise<boolean> {
      return (await index.place(job)) === 'pending' || (await queue.has(job.id))
    },
    missing: index.missing,
    inFlight: index.inFlight,
    figures: index.figures,
    /** Says now and from time to time that a worker with `slots` is there; answers how to say that it goes. */
    async join(slots: number): Promise<() => Promise<void>> {
      const name = `${hostname()}:${randomUUID()}`
      const tell = (leaseMs: number) =>
        give(index.worker(name, slots, leaseMs)).catch((err) => log.warn({ err }, 'slots not told'))
      await tell(WORKER_LEASE_MS)
      const timer = setInterval(tell, WORKER_LEASE_MS / 3, WORKER_LEASE_MS)
      return () => {
        clearInterval(timer)
        return tell(0)
      }
    },
    close: queue.close,
  }
}
