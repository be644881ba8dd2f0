import { readdir, writeFile } from 'node:fs/promises'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest'
import type { FinalRecord } from '#shared/domain/final-record.ts'
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
import { redisPrefix, sharedRedisUrl } from './redis.ts'
import { makeUploadRoot } from './temp.ts'
import { uploadRecord } from './upload-record.ts'

const log = createLogger('test', 'silent')
const now = () => new Date()
export const HOUR_MS = 3_600_000
const NO_LIMIT = { quotaBytes: -1, freeBytes: -1 }
type Changed = Partial<Pick<UploadParts, 'index' | 'files'>>

/** Sets every test of a file up with an upload root and Redis keys of its own, and everything that makes and ends finals. */
export function finalsHere() {
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
      if (record.state === 'receiving' || record.state === 'held')
        await parts().removeUpload.remove(record, 0, 'delete')
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

  /** All but what the locks remember. */
  async function loseIndex(): Promise<void> {
    const names = await redis.keys(`${keys.uploadPrefix.replace(/upload:$/, '')}*`)
    await redis.del(...names.filter((name) => name !== keys.lockAge))
  }
  const rebuildNow = () => parts().rebuild({ dryRun: false, retentionMs: HOUR_MS, now: Date.now(), guard: held })

  return {
    ...{ parts, partial, asked, sweepLater, states, quota, finals, expectNothingLeft, hold, index, files },
    ...{ loseIndex, rebuildNow, held },
    site: {
      redis: () => redis,
      keys: () => keys,
      layout: () => layout,
      line: () => line,
    },
  }
}
