import type { ScanJob } from '../contracts/scan-job.ts'
import { AppError } from '../domain/errors.ts'
import { GIB } from '../domain/limits.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import type { Keys } from './keys.ts'
import { luaScript } from './lua-script.ts'
import type { RedisClient } from './redis-client.ts'

/** Functions of the line, put in front of each script that touches it. */
export const SCAN_LINE_LUA = new URL('./lua/scan-line.lua', import.meta.url)

/** A file of this size is scanned for 20 s and more: one owner's leave a slot of the site to others. Bytes. */
const LARGE_BYTES = GIB

/** How an upload waits for its scan. */
export const laneOf = ({ length }: UploadRecord): 'small' | 'large' => ((length ?? 0) < LARGE_BYTES ? 'small' : 'large')

/** `oldestMs`: how long the longest pending has waited. */
export type LineFigures = {
  readonly pending: number
  readonly inFlight: number
  readonly slots: number
  readonly oldestMs: number
}

const script = <Reply>(name: string, parse: (raw: unknown) => Reply) =>
  luaScript(`airlock_${name}`, new URL(`./lua/${name}.lua`, import.meta.url), 1, parse, SCAN_LINE_LUA)

const offerScript = script('line-offer', parseJobs)
const dispatchScript = script('line-dispatch', parseJobs)
const retryingScript = script('line-retrying', parseJobs)
const workerScript = script('line-worker', parseJobs)
const figuresScript = script('line-figures', parseFigures)
const placeScript = script('line-place', String)
const missingScript = script('line-missing', (raw) => (raw as string[]).map(String))

export type ScanLineIndex = ReturnType<typeof createScanLineIndex>

/**
 * The line for scans in Redis: who waits, what the queue has been given, and how many slots there are. Each call but the last four
 * answers the jobs that the caller now has to add to the queue; one who dies before that leaves it to the sweep.
 */
export function createScanLineIndex({ redis, keys, perUser }: { redis: RedisClient; keys: Keys; perUser: number }) {
  const line = [keys.scanLine]
  const offer = offerScript(redis)
  const dispatch = dispatchScript(redis)
  const retrying = retryingScript(redis)
  const worker = workerScript(redis)
  const figures = figuresScript(redis)
  const place = placeScript(redis)
  const missing = missingScript(redis)
  return {
    /** Puts uploads in line; those that are in it keep their place. */
    offer: (records: readonly UploadRecord[]): Promise<ScanJob[]> =>
      offer(
        line,
        perUser,
        ...records.flatMap((record) => [
          record.id,
          record.owner,
          Date.parse(record.updated_at),
          laneOf(record) === 'large' ? '1' : '0',
        ]),
      ),
    next: (): Promise<ScanJob[]> => dispatch(line, perUser, '', ''),
    leave: ({ id, owner }: ScanJob): Promise<ScanJob[]> => dispatch(line, perUser, id, owner),
    retrying: ({ id }: ScanJob, waits: boolean): Promise<ScanJob[]> => retrying(line, id, waits ? '1' : '0', perUser),
    /** `leaseMs` 0: the worker goes. */
    worker: (name: string, slots: number, leaseMs: number): Promise<ScanJob[]> =>
      worker(line, `${slots}:${name}`, leaseMs, perUser),

    place: ({ id, owner }: ScanJob): Promise<string> => place(line, id, owner),
    /** Those of `ids` that do not just wait in line: in flight, or unknown to it. */
    missing: (ids: readonly string[]): Promise<string[]> => missing(line, keys.uploadPrefix, ...ids),
    /** What the queue has been given; never more than twice the slots, and what waits for another attempt. */
    async inFlight(): Promise<ScanJob[]> {
      const entries = Object.entries(await redis.hgetall(`${keys.scanLine}in-flight`))
      return entries.map(([id, where]) => ({ id, owner: where.split(' ')[0] ?? '' }))
    },
    figures: (): Promise<LineFigures> => figures(line),
  }
}

const unknownReply = () => new AppError('unavailable', 'index_reply', 'Cannot read the answer of the line for scans')

function parseJobs(raw: unknown): ScanJob[] {
  if (!Array.isArray(raw) || raw.length % 2 !== 0) throw unknownReply()
  return Array.from({ length: raw.length / 2 }, (_, i) => ({ id: String(raw[2 * i]), owner: String(raw[2 * i + 1]) }))
}

function parseFigures(raw: unknown): LineFigures {
  if (!Array.isArray(raw) || raw.length !== 4) throw unknownReply()
  const [pending, inFlight, slots, oldestMs] = raw.map(Number)
  return { pending: pending ?? 0, inFlight: inFlight ?? 0, slots: slots ?? 0, oldestMs: oldestMs ?? 0 }
}
