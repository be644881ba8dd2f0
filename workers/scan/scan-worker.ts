import { once } from 'node:events'
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq'
import { parseScanJob, SCAN_QUEUE, type ScanJob } from '#shared/contracts/scan-job.ts'
import { AppError, isRetryable } from '#shared/domain/errors.ts'
import type { Verdict } from '#shared/domain/verdict.ts'
import type { ScanLine } from '#shared/queue/scan-line.ts'
import type { Keys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { isRedisAway } from '#shared/redis/redis-errors.ts'
import { withDeadline } from '#shared/runtime/deadline.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { codeOf, isFaultOfTheSite, translateDiskError } from '#shared/storage/disk-errors.ts'

export type ScanWorkerDeps = {
  redis: RedisClient
  keys: Keys
  log: Logger
  line: ScanLine
  concurrency: number
  scanUpload: (job: ScanJob, signal: AbortSignal) => Promise<Verdict | undefined>
  /** After the last attempt: the upload waits for a person. */
  hold: (job: ScanJob, reason: string) => Promise<void>
  /** Fails while Redis takes no writes. */
  probe: () => Promise<void>
}

/** A job whose worker was killed is taken over after this long, ms, at the latest one check later. */
const LOCK_MS = 10_000
const STALLED_CHECK_MS = 5_000
/** Kills are not the file's fault: only a job that loses its worker this often is given up (the sweep then looks at it). */
const MAX_STALLED = 20
/** How long a scan waits for a file system or a Redis that is full or away, ms. That is nobody's failed attempt. */
const SITE_WAIT_MS = 5_000
/** How soon a worker asks again that Redis did not answer, ms. */
const RETRY_MS = 1_000
/** A handed-back job waits this long, ms, so that another process takes it. */
const HAND_BACK_MS = 100

/** Queue mechanics only; what a scan is lives in scan-upload.ts. `stop` hands running scans back, uncharged. */
export function startScanWorker({ redis, keys, log, line, concurrency, scanUpload, hold, probe }: ScanWorkerDeps) {
  const stopping = new AbortController()
  let gone: (() => Promise<void>) | undefined

  const telling = new Set<Promise<void>>()
  /** No slot waits for it, since the next job is in the queue already. The sweep puts the line right where it could not be told. */
  function tellLine(parsed: ScanJob, told: Promise<void>): void {
    const done = told
      .catch((err) => log.warn({ err, uploadId: parsed.id }, 'the line for scans was not told'))
      .finally(() => telling.delete(done))
    telling.add(done)
  }

  async function run(job: Job<unknown>, token?: string): Promise<void> {
    const parsed = parseScanJob(job.data)
    const jobLog = log.child({ uploadId: parsed.id, attempt: job.attemptsMade + 1 })
    const started = performance.now()
    if (job.attemptsMade > 0) tellLine(parsed, line.retrying(parsed, false))
    try {
      const verdict = await scanUpload(parsed, stopping.signal)
      const reasons = verdict?.reasons.map(({ code }) => code)
      jobLog.info({ ms: Math.round(performance.now() - started), outcome: verdict?.outcome, reasons }, 'scan done')
    } catch (error) {
      if (stopping.signal.aborted) return await postpone(job, token, HAND_BACK_MS)
      const fault = translateDiskError(error, 'finish the scan')
      if (!isFaultOfTheSite(fault) && !isRedisAway(fault)) return await fail(job, parsed, fault, jobLog)
      jobLog.error({ err: fault }, 'scan waits for the file system or Redis')
      await postpone(job, token, SITE_WAIT_MS)
    }
    tellLine(parsed, line.leave(parsed))
  }

  /** Gives the job back, uncharged. */
  async function postpone(job: Job<unknown>, token: string | undefined, waitMs: number): Promise<never> {
    await job.moveToDelayed(Date.now() + waitMs, token)
    throw new DelayedError()
  }

  async function fail(job: Job<unknown>, parsed: ScanJob, error: unknown, jobLog: Logger): Promise<never> {
    jobLog.warn({ err: error }, 'scan failed')
    const last = job.attemptsMade + 1 >= (job.opts.attempts ?? 1)
    if (!last && isRetryable(error)) {
      tellLine(parsed, line.retrying(parsed, true))
      throw error
    }
    await hold(parsed, reasonOf(error))
    tellLine(parsed, line.leave(parsed))
    throw Object.assign(new UnrecoverableError('held'), { cause: error })
  }

  const worker = new Worker(SCAN_QUEUE, run, {
    connection: redis,
    prefix: keys.bull,
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: MAX_STALLED,
    runRetryDelay: RETRY_MS,
  })
  // Unheard, it would go round the logger to console.error.
  worker.on('error', (err) => log.error({ err }, 'scan worker'))

  async function endInOrder(): Promise<void> {
    await gone?.()
    await worker.close()
    await Promise.all(telling)
  }

  /** What BullMQ has still to tell a Redis that is away would be waited for without end. Whoever comes next finds these jobs by their leases. */
  async function leaveIfAway(ended: Promise<void>, limitMs: number): Promise<void> {
    const fault = await withDeadline('asking Redis', limitMs, probe).catch((error: unknown) => error)
    if (fault === undefined) return ended
    log.warn({ err: fault }, 'Redis is away: what was being scanned is left to the other workers')
    redis.disconnect()
  }

  return {
    ready: async () => {
      await worker.waitUntilReady()
      gone = await line.join(concurrency)
    },
    /** Takes no new job, gives running scans `graceMs` to end, then cuts them off; half of it longer where Redis is away. */
    async stop(graceMs: number): Promise<void> {
      const ended = endInOrder()
      const cut = setTimeout(() => stopping.abort(), graceMs)
      const late = once(stopping.signal, 'abort').then(() => leaveIfAway(ended, graceMs / 2))
      await Promise.race([ended, late]).finally(() => clearTimeout(cut))
    },
  }
}

/** For the owner: what was thrown to be read. The words of a bug, or of the system, are for the log. */
const reasonOf = (error: unknown): string =>
  error instanceof AppError || (error instanceof Error && error.constructor === Error && codeOf(error) === undefined)
    ? error.message
    : 'Cannot finish the scan: something unforeseen went wrong; the log of the scan worker tells it'
