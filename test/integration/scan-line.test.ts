import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/domain/errors.ts'
import { GIB } from '#shared/domain/limits.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { createScanLine, type ScanLine } from '#shared/queue/scan-line.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys, type Keys } from '#shared/redis/keys.ts'
import { probeRedis } from '#shared/redis/probe-redis.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { createUploadIndex, type UploadIndex } from '#shared/redis/upload-index.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { startScanWorker } from '../../workers/scan/scan-worker.ts'
import { freePlaces } from '../../workers/sweep/free-places.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { uploadRecord } from '../support/upload-record.ts'

const log = createLogger('test', 'silent')
const NO_LIMIT = { quotaBytes: -1, freeBytes: -1 }
let redis: RedisClient
let keys: Keys
let index: UploadIndex
const undo: (() => Promise<unknown>)[] = []
beforeAll(() => {
  redis = connectRedis(sharedRedisUrl(), 'command', log)
})
afterAll(() => {
  redis.disconnect()
})
beforeEach(() => {
  keys = createKeys(redisPrefix('line'))
  index = createUploadIndex({ redis, keys })
})
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

function openLine(perUser: number, attempts = 3): ScanLine {
  const line = createScanLine({ redis, keys, log, attempts, perUser })
  undo.push(line.close)
  return line
}

/** An upload whose last byte has just become durable. */
async function received(line: ScanLine, more: Partial<UploadRecord>): Promise<UploadRecord> {
  const record = uploadRecord(more)
  await index.create(record, 0, NO_LIMIT)
  await index.step('finish', record, record.length ?? 0)
  await line.dispatch()
  return record
}

const many = async (line: ScanLine, count: number, more: Partial<UploadRecord>): Promise<UploadRecord[]> => {
  const records: UploadRecord[] = []
  for (let i = 0; i < count; i++) records.push(await received(line, more))
  return records
}

/** A worker of the real queue; `scan` in the place of the judgement. */
async function startWorker(
  line: ScanLine,
  concurrency: number,
  scan: (owner: string, signal: AbortSignal) => Promise<void>,
) {
  const done: string[] = []
  // Its own: a worker that does not end in time is cut off by it.
  const blocking = connectRedis(sharedRedisUrl(), 'worker', log)
  undo.push(async () => blocking.disconnect())
  const worker = startScanWorker({
    redis: blocking,
    keys,
    log,
    line,
    concurrency,
    async scanUpload(job, signal) {
      const found = await index.get(job.id)
      if (found === undefined) return undefined
      await index.step('scan', found.record, 5)
      await scan(job.owner, signal)
      if (signal.aborted) throw new AppError('unavailable', 'scan_aborted', 'cut off')
      await index.step('pass', found.record, 5)
      done.push(job.owner)
      return undefined
    },
    probe: () => probeRedis(redis, keys),
    async hold(job) {
      const found = await index.get(job.id)
      if (found !== undefined) await index.step('hold', found.record, 5)
    },
  })
  let stopped: Promise<void> | undefined
  const stop = (graceMs: number) => (stopped ??= worker.stop(graceMs))
  undo.push(() => stop(0))
  await worker.ready()
  return { done, stop }
}

const empty = async (line: ScanLine) => {
  const { pending, inFlight } = await line.figures()
  return pending === 0 && inFlight === 0
}

/** Everything the line keeps of uploads, so that nothing is left over. */
const leftOver = async () =>
  (await redis.keys(`${keys.scanLine}*`)).filter((key) => !key.endsWith(':turn') && !key.endsWith(':workers'))

test('one owner’s hundreds of files do not delay the single file of another by more than a few', async () => {
  const line = openLine(8)
  await many(line, 200, { owner: 'ann' })
  let sent: Promise<unknown> | undefined
  const worker = await startWorker(line, 2, async () => {
    if (worker.done.length < 100) return
    sent ??= received(line, { owner: 'bob' })
    // Nothing else is scanned until it has come.
    await sent
  })
  await until('all to be scanned', () => worker.done.length === 201)
  await sent
  // Two may be at work when it comes, and two more stand ready for them.
  expect(worker.done.indexOf('bob') - 100).toBeLessThanOrEqual(6)
  await until('an empty line', () => empty(line))
  expect(await leftOver()).toEqual([])
})

test('owners take turns, however many files each has', async () => {
  const line = openLine(0)
  await many(line, 30, { owner: 'ann' })
  await many(line, 10, { owner: 'bob' })
  await many(line, 3, { owner: 'eve' })
  const worker = await startWorker(line, 1, async () => undefined)
  await until('all to be scanned', () => worker.done.length === 43)
  for (const owner of ['ann', 'bob', 'eve'])
    expect(worker.done.slice(0, 9).filter((who) => who === owner).length).toBe(3)
  expect(worker.done.slice(0, 23).filter((who) => who === 'bob').length).toBe(10)
})

test('never more of one owner than allowed; large files of one owner leave a slot to others', async () => {
  const line = openLine(3)
  undo.push(await line.join(3))
  const inFlight = async () => (await line.inFlight()).map(({ owner }) => owner).toSorted()
  await many(line, 5, { owner: 'ann' })
  expect(await inFlight()).toEqual(['ann', 'ann', 'ann'])
  await many(line, 5, { owner: 'big', length: 100 * GIB })
  expect(await inFlight()).toEqual(['ann', 'ann', 'ann', 'big', 'big'])
  await many(line, 5, { owner: 'bob' })
  expect(await inFlight()).toEqual(['ann', 'ann', 'ann', 'big', 'big', 'bob'])
  expect(await line.figures()).toMatchObject({ pending: 2 + 3 + 4, inFlight: 6, slots: 3 })
})

test('a scan that failed keeps its place but uses no slot until its next attempt; the last failure frees it', async () => {
  // No time passes for the delay of the next attempt until that of the others is looked at.
  vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
  undo.push(async () => vi.useRealTimers())
  const line = openLine(1, 2)
  // As many as a line of one slot gives to the queue: if they used it, nobody else would come.
  const bad = [await received(line, { owner: 'ann' }), await received(line, { owner: 'eve' })]
  await received(line, { owner: 'ann' })
  const failures = { ann: 0, eve: 0, bob: 2 }
  const worker = await startWorker(line, 1, async (owner) => {
    if (failures[owner as keyof typeof failures]++ < 2) throw new AppError('unavailable', 'scan_crashed', 'crashed')
  })
  await until('the first failures', () => failures.ann === 1 && failures.eve === 1)
  await many(line, 3, { owner: 'bob' })
  await until('the files of others', () => worker.done.length === 3)
  expect([failures.ann, failures.eve, worker.done]).toEqual([1, 1, ['bob', 'bob', 'bob']])
  vi.useRealTimers()
  await until('the second file', () => worker.done.length === 4)
  for (const { id } of bad) await until('the end', async () => (await index.get(id))?.record.state === 'held')
  await until('an empty line', () => empty(line))
  expect(await leftOver()).toEqual([])
})

test('a scan cut off by a stop is handed back uncharged, keeps its place, and is done by the next worker', async () => {
  const line = openLine(8, 1)
  const record = await received(line, {})
  let begun: () => void = () => undefined
  const busy = new Promise<void>((resolve) => {
    begun = resolve
  })
  const first = await startWorker(line, 1, async (_owner, signal) => {
    begun()
    await once(signal, 'abort')
  })
  await busy
  await first.stop(0)
  expect(first.done).toEqual([])
  expect(await line.inFlight()).toEqual([{ id: record.id, owner: 'kim' }])
  expect((await line.figures()).slots).toBe(0)
  // With one attempt only, a charged one would end in `held`.
  const next = await startWorker(line, 1, async () => undefined)
  await until('the scan', () => next.done.length === 1)
  expect((await index.get(record.id))?.record.state).toBe('complete')
})

test('what a crash leaves is put right: jobs never added, places never freed, a line lost in whole; and offering again is nothing', async () => {
  const line = openLine(8)
  const goes = await line.join(3)
  // Died between the script and the queue: in flight, without a job.
  const record = uploadRecord()
  await index.create(record, 0, NO_LIMIT)
  await index.step('finish', record, 5)
  await redis.hset(`${keys.scanLine}in-flight`, record.id, 'kim')
  await redis.hset(`${keys.scanLine}busy`, 'kim', 1)
  expect(await line.has(record)).toBe(false)
  await line.offer([record])
  await line.offer([record])
  expect(await line.has(record)).toBe(true)
  expect(await line.figures()).toMatchObject({ pending: 0, inFlight: 1 })

  // Lost whole: what is received is offered again, in its old order.
  const records = [record, ...(await many(line, 20, { owner: 'ann' }))]
  await redis.del(await redis.keys(`${keys.scanLine}*`))
  await line.offer(records)
  await goes()
  const worker = await startWorker(line, 3, async () => undefined)
  await until('all to be scanned', () => worker.done.length === 21)

  // Died between the state step and the place in flight, or the upload is gone.
  await redis.hset(`${keys.scanLine}in-flight`, records[3]?.id ?? '', 'ann', 'unknown', 'ann large')
  await redis.hset(`${keys.scanLine}busy`, 'ann', 2, 'ann large', 1)
  await freePlaces(line, index)
  await until('an empty line', () => empty(line))
  expect(await leftOver()).toEqual([])
})

test('what only waits for its turn needs no look of the sweep; what is in flight, or unknown to the line, does', async () => {
  const line = openLine(0)
  undo.push(await line.join(1))
  const records = await many(line, 5, { owner: 'ann' })
  const lost = await received(line, { owner: 'bob', length: 2 * GIB })
  await redis.del(`${keys.scanLine}large:bob`)
  const inFlight = (await line.inFlight()).map(({ id }) => id)
  expect(inFlight.length).toBe(2)
  const missing = await line.missing([...records, lost].map(({ id }) => id))
  expect(missing.toSorted()).toEqual([...inFlight, lost.id].toSorted())
  await line.offer([lost])
  expect(await line.missing([lost.id])).toEqual([])
})
