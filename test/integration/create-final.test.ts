import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FinalRecord, isFinal } from '#shared/domain/final-record.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { createScanLine, type ScanLine } from '#shared/queue/scan-line.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys, type Keys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { createUploadLocks, type UploadLocks } from '#shared/redis/upload-lock.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { createLayout, type Layout } from '#shared/storage/layout.ts'
import { composeUploads, type UploadParts } from '#shared/uploads/compose-uploads.ts'
import { createFinishUpload } from '#shared/uploads/finish-upload.ts'
import { createRebuild } from '#shared/uploads/rebuild/rebuild.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { createCreateFinal } from '../../services/api/use-cases/create-final.ts'
import { createActions } from '../../workers/sweep/actions.ts'
import { createSweep } from '../../workers/sweep/sweep-uploads.ts'
import { crashingAt } from '../support/crashing-at.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { makeUploadRoot } from '../support/temp.ts'
import { uploadRecord } from '../support/upload-record.ts'

const log = createLogger('test', 'silent')
const now = () => new Date()
const HOUR_MS = 3_600_000
const NO_LIMIT = { quotaBytes: -1, freeBytes: -1 }

let redis: RedisClient
let subscriber: RedisClient
let keys: Keys
let layout: Layout
let locks: UploadLocks
let line: ScanLine
let removeRoot: () => Promise<void>
beforeAll(() => {
  redis = connectRedis(sharedRedisUrl(), 'command', log)
  subscriber = connectRedis(sharedRedisUrl(), 'subscriber', log).setMaxListeners(0)
})
afterAll(() => {
  redis.disconnect()
  subscriber.disconnect()
})
beforeEach(async () => {
  const root = await makeUploadRoot()
  layout = createLayout(root.root)
  removeRoot = root.remove
  keys = createKeys(redisPrefix('final'))
  locks = createUploadLocks({ redis, subscriber, keys, log })
  await locks.listen()
  line = createScanLine({ redis, keys, log, attempts: 3, perUser: 0 })
  await uploads().upkeep.markNew()
})
afterEach(async () => {
  await line.close()
  await removeRoot()
})

const uploads = () => composeUploads({ redis, keys, layout })
const index = () => uploads().index
const files = () => uploads().files
type Changed = Partial<Pick<UploadParts, 'index' | 'files'>>
function parts(changed: Changed = {}) {
  const all = { ...uploads(), ...changed, locks, line, now, log }
  const finish = createFinishUpload(all)
  const limits = { maxUploadBytes: 1_000, uploadExpiryMs: HOUR_MS }
  const createFinal = createCreateFinal({ ...all, finish, limits })
  const removeUpload = createRemoveUpload(all)
  const actions = createActions(log, async () => undefined)
  const sweep = createSweep({ ...all, finish, removeUpload, rules: limits, actions })
  return {
    createFinal,
    finish: (record: UploadRecord, size: number) => finish(record, size, held),
    removeUpload,
    sweep,
    rebuild: createRebuild({ ...all, removeUpload }),
  }
}
const held = () => undefined

/** A partial that has been admitted; `bytes` of it are there. */
async function partial(length: number, bytes = length): Promise<UploadRecord> {
  const record = uploadRecord({ length, concat: { kind: 'partial' } })
  await index().create(record, length, NO_LIMIT)
  await files().create(record)
  await writeFile(layout.data('kim', record.id), 'x'.repeat(bytes))
  if (bytes === length) await parts().finish(record, length)
  return record
}

const asked = (partials: readonly UploadRecord[]) => ({
  ...{ id: uuidv7(), metadata: '', tokenSha256: 'x', header: 'final;…', partials: partials.map(({ id }) => id) },
  principal: { user: 'kim', groups: [], permissions: [], isAdmin: false, expiresAt: null },
  wanted: { job: 'job', path: 'deck.k', onConflict: 'rename', declaredSha256: null, declaredType: null } as const,
})
async function sweepLater(ms: number): Promise<void> {
  vi.useFakeTimers({ now: Date.now() + ms, toFake: ['Date'] })
  await parts()
    .sweep(held)
    .finally(() => vi.useRealTimers())
}
const states = async (...records: readonly { id: string }[]) =>
  (await index().getMany(records.map(({ id }) => id))).map(({ record }) => record.state)
const quota = async () => {
  const { used, reserved } = await index().quota('kim', null)
  return { used, reserved, pending: Number((await redis.hget(keys.site, 'pending')) ?? 0) }
}
const finals = async () => (await index().getMany(await index().ids('kim', null, 100))).map(({ record }) => record)

/** Removes what the test has made, as its owner would, and looks that no charge is left. */
async function expectNothingLeft(...records: readonly { id: string }[]): Promise<void> {
  for (const { record } of await index().getMany(records.map(({ id }) => id))) {
    if (record.state === 'receiving' || record.state === 'held') await parts().removeUpload.remove(record, 0, 'delete')
  }
  expect(await quota()).toEqual({ used: 0, reserved: 0, pending: 0 })
  for (const name of await readdir(layout.staging('kim'))) {
    const record = await files().readRecord({ owner: 'kim', id: name.replace('.json', '') })
    expect([name, record?.state]).toEqual([name, expect.stringMatching(/^(deleted|expired)$/)])
  }
}
async function hold(final: FinalRecord): Promise<void> {
  await index().step('hold', { ...final, held_reason: 'test' }, final.length)
}

const READS = ['get', 'getMany', 'stat', 'readRecord', 'mark']
/** create and claim, the record, the record as received, the step. Where parts are missing: create and claim, the record. */
const STEPS = { whole: 4, waiting: 2 }
const crashes = (steps: number) =>
  Array.from({ length: steps }, (_, i) => i + 1).flatMap((n) => [[n, true] as const, [n, false] as const])
function crashing(crashAt: number, before: boolean) {
  const { wrap, calls } = crashingAt(crashAt, before, READS)
  const { createFinal } = parts({ index: wrap(index()), files: wrap(files()) })
  return { createFinal, calls }
}

describe('the process dies while it makes a final of parts that are all there', () => {
  test.each(crashes(STEPS.whole))('at step %i, before it: %s: the client asks again', async (crashAt, before) => {
    const partials = [await partial(3), await partial(4)]
    await crashing(crashAt, before)
      .createFinal(asked(partials))
      .catch(() => undefined)
    const { record } = await parts().createFinal(asked(partials))
    expect((await finals()).map(({ id }) => id)).toEqual([record.id])
    expect(await states(record, ...partials)).toEqual(['received', 'deleted', 'deleted'])
    expect(await quota()).toEqual({ used: 7, reserved: 0, pending: 0 })
    expect(await files().readRecord(record)).toMatchObject({ state: 'received', length: 7 })
    await hold(record)
    await expectNothingLeft(record)
  })

  test.each(crashes(STEPS.whole))('at step %i, before it: %s: nobody asks again', async (crashAt, before) => {
    const partials = [await partial(3), await partial(4)]
    await crashing(crashAt, before)
      .createFinal(asked(partials))
      .catch(() => undefined)
    await sweepLater(120_000)
    const [final] = await finals()
    if (final !== undefined && isFinal(final)) {
      expect(await states(final, ...partials)).toEqual(['received', 'deleted', 'deleted'])
      expect(await line.has(final)).toBe(true)
      await hold(final)
    } else expect(await states(...partials)).toEqual(['receiving', 'receiving'])
    await expectNothingLeft(...(await finals()), ...partials)
  })

  test('the tables are complete', async () => {
    const whole = crashing(0, true)
    await whole.createFinal(asked([await partial(3)]))
    const waiting = crashing(0, true)
    await waiting.createFinal(asked([await partial(3, 1)]))
    expect({ whole: whole.calls(), waiting: waiting.calls() }).toEqual(STEPS)
  })
})

describe('the process dies while it makes a final that has to wait', () => {
  test.each(crashes(STEPS.waiting))('at step %i, before it: %s', async (crashAt, before) => {
    const partials = [await partial(3), await partial(4, 1)]
    await crashing(crashAt, before)
      .createFinal(asked(partials))
      .catch(() => undefined)
    const { record } = await parts().createFinal(asked(partials))
    expect(await states(record, ...partials)).toEqual(['receiving', 'receiving', 'receiving'])
    expect(await files().readRecord(record)).toMatchObject({ state: 'receiving' })
    expect(await quota()).toEqual({ used: 0, reserved: 7, pending: 4 })
    await writeFile(layout.data('kim', partials[1]?.id ?? ''), 'four')
    await parts().finish(partials[1] as UploadRecord, 4)
    expect(await states(record, ...partials)).toEqual(['received', 'deleted', 'deleted'])
    await hold(record)
    await expectNothingLeft(record)
  })
})

test('the last byte of the last part came, and its process died: the sweep brings the final on', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record } = await parts().createFinal(asked(partials))
  await writeFile(layout.data('kim', partials[1]?.id ?? ''), 'four')
  await sweepLater(60_000)
  expect(await states(record, ...partials)).toEqual(['received', 'deleted', 'deleted'])
  expect(await quota()).toEqual({ used: 7, reserved: 0, pending: 0 })
})

test('parts that idle past their time take their final along; one that moves keeps it', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record } = await parts().createFinal(asked(partials))
  await sweepLater(HOUR_MS - 60_000)
  expect(await states(record, ...partials)).toEqual(['receiving', 'receiving', 'receiving'])
  await sweepLater(HOUR_MS + 60_000)
  expect(await states(record, ...partials)).toEqual(['expired', 'deleted', 'deleted'])
  await expectNothingLeft()
})

test('parts that no final asks for expire like any upload', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  await sweepLater(HOUR_MS + 60_000)
  expect(await states(...partials)).toEqual(['expired', 'expired'])
  await expectNothingLeft()
})

test('a final whose part vanished is ended, with what is left of it', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record } = await parts().createFinal(asked(partials))
  await rm(layout.data('kim', partials[0]?.id ?? ''))
  await sweepLater(60_000)
  expect(await states(record, ...partials)).toEqual(['expired', 'deleted', 'deleted'])
  await expectNothingLeft()
})

test('a final whose record cannot be written is taken back, and its parts are free again', async () => {
  const partials = [await partial(3), await partial(4)]
  const broken = { ...files(), writeRecord: () => Promise.reject(new Error('full')) }
  const { createFinal } = parts({ index: index(), files: broken })
  await expect(createFinal(asked(partials))).rejects.toThrow('full')
  expect(await finals()).toEqual([])
  expect(await quota()).toEqual({ used: 0, reserved: 7, pending: 0 })
  const { record, created } = await parts().createFinal(asked(partials))
  expect(created).toBe(true)
  await hold(record)
  await expectNothingLeft(record)
})

test('a hundred finals of the same parts at once: one is made, all are told of it', async () => {
  const partials = [await partial(3), await partial(4)]
  const answers = await Promise.all(Array.from({ length: 100 }, () => parts().createFinal(asked(partials))))
  expect(new Set(answers.map(({ record }) => record.id)).size).toBe(1)
  expect(answers.filter(({ created }) => created).length).toBe(1)
  expect(await quota()).toEqual({ used: 7, reserved: 0, pending: 0 })
})

test('a part that its final took along while somebody was about to remove it keeps its bytes', async () => {
  const partials = [await partial(3), await partial(4)]
  const { record } = await parts().createFinal(asked(partials))
  for (const one of partials)
    await expect(parts().removeUpload.remove(one, 3, 'delete')).rejects.toMatchObject({ code: 'partial_claimed' })
  for (const one of partials) expect(await files().stat(one)).toBeDefined()
  await hold(record)
  await expectNothingLeft(record)
})

/** All but what the locks remember. */
async function loseIndex(): Promise<void> {
  const names = await redis.keys(`${keys.uploadPrefix.replace(/upload:$/, '')}*`)
  await redis.del(...names.filter((name) => name !== keys.lockAge))
}

test('Redis lost its data: no part is claimed or removed before it is known again whose it is', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record: first } = await parts().createFinal(asked(partials))
  await loseIndex()
  const answer = { kind: 'unavailable', code: 'rebuilding', retryAfterSeconds: 5 }
  await expect(parts().createFinal(asked(partials))).rejects.toMatchObject(answer)
  for (const one of partials) {
    await expect(parts().removeUpload.remove(one, 3, 'delete')).rejects.toMatchObject(answer)
    await expect(parts().removeUpload.withdraw(one)).rejects.toMatchObject(answer)
  }
  expect(await finals()).toEqual([])
  const plan = { dryRun: false, retentionMs: HOUR_MS, now: Date.now(), guard: held }
  expect(await parts().rebuild(plan)).toMatchObject({ built: true })
  expect(await parts().createFinal(asked(partials))).toMatchObject({ record: { id: first.id }, created: false })
  for (const one of partials) {
    await expect(parts().removeUpload.remove(one, 3, 'delete')).rejects.toMatchObject({ code: 'partial_claimed' })
    expect(await files().stat(one)).toBeDefined()
  }
  await expectNothingLeft(first)
})

const rebuildNow = () => parts().rebuild({ dryRun: false, retentionMs: HOUR_MS, now: Date.now(), guard: held })

/** A process that makes a final; `meanwhile` happens between its claim and its record. */
function slowToWrite(meanwhile: () => Promise<unknown>) {
  let first = true
  const slow: UploadParts['files'] = {
    ...files(),
    async writeRecord(...args) {
      if (first) await meanwhile()
      first = false
      await files().writeRecord(...args)
    },
  }
  return parts({ files: slow })
}

describe.each([
  ['all there', 4],
  ['on their way', 1],
])('Redis lost its data between the claim of parts that are %s and the record', (_name, bytes) => {
  test('and another final took them, once the index was whole: that one has them, and the first is refused', async () => {
    const partials = [await partial(3), await partial(4, bytes)]
    const others = partials.toReversed()
    let other: string | undefined
    const { createFinal } = slowToWrite(async () => {
      await loseIndex()
      await rebuildNow()
      other = (await parts().createFinal(asked(others))).record.id
    })
    await expect(createFinal(asked(partials))).rejects.toMatchObject({ code: 'partial_used' })
    const final = (await finals())[0] as UploadRecord
    expect([(await finals()).length, final.id]).toEqual([1, other])
    const state = bytes === 4 ? ['received', 'deleted', 'deleted'] : ['receiving', 'receiving', 'receiving']
    expect(await states(final, ...partials)).toEqual(state)
    // Nor does the disk know of the first: whatever is lost, the other keeps what it has.
    await loseIndex()
    await rebuildNow()
    expect((await finals()).map(({ id, state }) => [id, state])).toEqual([[other, state[0]]])
    expect(await parts().createFinal(asked(others))).toMatchObject({ record: { id: other }, created: false })
    if (bytes === 4) await hold(final as FinalRecord)
    await expectNothingLeft(final)
  })

  test.each([
    ['rebuilt', true],
    ['not yet rebuilt', false],
  ])('and nobody else came, %s: it has them', async (_how, rebuilt) => {
    const partials = [await partial(3), await partial(4, bytes)]
    const { createFinal } = slowToWrite(async () => {
      await loseIndex()
      if (rebuilt) await rebuildNow()
    })
    const { record } = await createFinal(asked(partials))
    if (!rebuilt) await rebuildNow()
    const state = bytes === 4 ? ['received', 'deleted', 'deleted'] : ['receiving', 'receiving', 'receiving']
    expect(await states(record, ...partials)).toEqual(state)
    if (bytes === 4) await hold(record)
    await expectNothingLeft(record)
  })
})

test('a final that let its parts go, and whose process died then, does not take them from the next one', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record: first } = await parts().createFinal(asked(partials))
  await index().step('delete', first, 0, true)
  const { record: second, created } = await parts().createFinal(asked(partials))
  expect(created).toBe(true)
  await sweepLater(60_000)
  expect(await redis.zscore(keys.stateUploads('deleted'), first.id)).toBeNull()
  expect(await states(second, ...partials)).toEqual(['receiving', 'receiving', 'receiving'])
  expect(await readFile(layout.data('kim', partials[0]?.id ?? ''), 'utf8')).toBe('xxx')
  await expectNothingLeft(second)
})
