import { appendFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import type { OnConflict } from '#shared/domain/upload-record.ts'
import { isGone } from '#shared/domain/upload-state.ts'
import type { Verdict } from '#shared/domain/verdict.ts'
import { createScanLine } from '#shared/queue/scan-line.ts'
import { createIndexUpkeep } from '#shared/redis/index-upkeep.ts'
import { createKeys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { createUploadIndex, type IndexedUpload } from '#shared/redis/upload-index.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { createDiskReader } from '#shared/storage/disk-reader.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { createPlacement } from '#shared/storage/placement.ts'
import { createUploadFiles } from '#shared/storage/upload-files.ts'
import { createFinishUpload } from '#shared/uploads/finish-upload.ts'
import { createHoldUpload } from '#shared/uploads/hold-upload.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { createRestoreUpload } from '#shared/uploads/restore-upload.ts'
import { createAdmitUpload } from '../../services/api/use-cases/admit-upload.ts'
import { createGrowReservation } from '../../services/api/use-cases/grow-reservation.ts'
import { createSettleUpload } from '../../workers/scan/settle-upload.ts'
import { createActions } from '../../workers/sweep/actions.ts'
import { createSweep } from '../../workers/sweep/sweep-uploads.ts'
import { createCrashes } from './crashing.ts'
import { plainVerdict } from './plain-verdict.ts'
import { redisPrefix } from './redis.ts'

export const QUOTA = 12_000
const EXPIRY_MS = 3_600_000
const MOST = 10_000
const log = createLogger('test', 'silent')
const room = async () => ({ quotaBytes: QUOTA, freeBytes: 2 * QUOTA })
/** The lock is never lost here. */
const held = () => undefined
const principal = (user: string) => ({ user, groups: [], isAdmin: false })

export type World = Awaited<ReturnType<typeof openWorld>>

/** Everything that moves a quota, on a real Redis and a real disk, in processes that die when told to. */
export async function openWorld(redis: RedisClient, subscriber: RedisClient, root: string) {
  const keys = createKeys(redisPrefix('quota'))
  const layout = createLayout(root)
  const crashes = createCrashes()
  const index = crashes.wrap(createUploadIndex({ redis, keys }))
  const files = crashes.wrap(createUploadFiles(layout))
  const placement = crashes.wrap(createPlacement(layout))
  const line = createScanLine({ redis, keys, log, attempts: 1, perUser: 2 })
  const locks = createUploadLocks({ redis, subscriber, keys, log })
  await locks.listen()
  const now = () => new Date()
  const limits = { maxUploadBytes: MOST, uploadExpiryMs: EXPIRY_MS }
  const admit = createAdmitUpload({ index, placement, room, limits, now })
  const grow = createGrowReservation({ index, files, room, maxUploadBytes: MOST, now })
  const removeUpload = createRemoveUpload({ files, placement, index, now, log })
  const finish = createFinishUpload({ files, index, line, locks, now, log })
  const settle = createSettleUpload({ files, placement, index, removeUpload, now })
  const hold = createHoldUpload({ files, index, now })
  const rules = { uploadExpiryMs: EXPIRY_MS }
  const disk = createDiskReader({ layout, files, placement })
  const restore = createRestoreUpload({ upkeep: createIndexUpkeep({ redis, keys }), disk })
  const actions = createActions(log, async () => undefined)
  let later = 0
  const clock = () => Date.now() + later
  const sweep = createSweep({
    ...{ index, disk, restore, files, line, locks, finish },
    removeUpload,
    rules,
    actions,
    log,
    clock,
  })

  async function create(owner: string, length: number | null, path: string, onConflict: OnConflict): Promise<string> {
    const id = uuidv7()
    const wanted = { job: 'job', path, onConflict, declaredSha256: null, declaredType: null }
    const admission = { id, principal: principal(owner) as never, length, metadata: '', wanted, tokenSha256: '' }
    const record = await admit(admission)
    await files.create(record).catch(async (error) => {
      await removeUpload.withdraw(record)
      throw error
    })
    if (length === 0) await finish(record, 0, held)
    return id
  }

  async function append({ record }: IndexedUpload, bytes: number): Promise<void> {
    const staged = await files.stat(record)
    if (staged === undefined) return
    const offset = staged.size
    const more = Math.min(bytes, (record.length ?? MOST) - offset)
    if (record.length === null) await grow.ahead(record)(offset + more)
    await appendFile(layout.data(record.owner, record.id), Buffer.alloc(more, 'a'))
    if (offset + more === record.length) await finish(record, record.length, held)
    else await index.progress(record.id, offset + more, Date.now())
  }

  async function judge({ record }: IndexedUpload, outcome: Verdict['outcome']): Promise<void> {
    const onDisk = await files.readRecord(record)
    if (onDisk === undefined) return
    await index.step('scan', onDisk, onDisk.length ?? 0)
    await settle(onDisk, onDisk.decision?.verdict ?? plainVerdict(outcome))
  }

  return {
    ...{ keys, crashes, index, line, create, append, judge },
    /** Never below the bytes that are there: the protocol refuses that. */
    declare: async ({ record }: IndexedUpload, length: number) =>
      grow.declareLength(record, Math.max(length, (await files.stat(record))?.size ?? 0)),
    hold: ({ record }: IndexedUpload) => hold(record, 'held'),
    remove: ({ record, received }: IndexedUpload, event: 'delete' | 'expire') =>
      removeUpload.remove(record, received, event),
    /** A thorough sweep, as it comes `ms` from now. */
    sweep: (ms: number) => {
      later = ms
      return sweep(() => undefined, true)
    },
    all: async (): Promise<IndexedUpload[]> => index.getMany((await idsOf(redis, keys.upload(''))).toSorted()),
    bytesOnDisk: (owner: string) => bytesBelow([join(layout.users, owner), layout.quarantine(owner)]),
    close: () => line.close(),
    expiryMs: EXPIRY_MS,
  }
}

async function idsOf(redis: RedisClient, prefix: string): Promise<string[]> {
  return (await redis.keys(`${prefix}*`)).map((key) => key.slice(prefix.length))
}

/** Bytes of all files but the records. */
async function bytesBelow(folders: readonly string[]): Promise<number> {
  let sum = 0
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (entry.isFile() && !entry.name.endsWith('.json')) sum += (await stat(join(entry.parentPath, entry.name))).size
    }
  }
  return sum
}

/** What the quota of an owner, and the bytes promised in the whole site, must be by the records alone. */
export function figuresOf(uploads: readonly IndexedUpload[], reservedOf: (id: string) => number) {
  const quotas = new Map<string, { used: number; reserved: number }>()
  let pending = 0
  for (const { record, received } of uploads) {
    const quota = quotas.get(record.owner) ?? { used: 0, reserved: 0 }
    quotas.set(record.owner, quota)
    const reserved = record.length ?? reservedOf(record.id)
    if (record.state === 'receiving') {
      quota.reserved += reserved
      pending += Math.max(0, reserved - received)
    } else if (!isGone(record.state)) quota.used += record.length ?? 0
  }
  return { quotas, pending }
}
