import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { createScanLine } from '#shared/queue/scan-line.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { composeUploads } from '#shared/uploads/compose-uploads.ts'
import { createRebuild, type RebuildPlan } from '#shared/uploads/rebuild/rebuild.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { plainVerdict } from './plain-verdict.ts'
import { redisPrefix, sharedRedisUrl } from './redis.ts'
import { makeUploadRoot } from './temp.ts'

export type UploadsHere = Awaited<ReturnType<typeof openUploads>>

const NO_LIMIT = { quotaBytes: -1, freeBytes: -1 }
const DAY_MS = 86_400_000
const log = createLogger('test', 'silent')

/** An upload root and Redis keys of one's own, with everything that works on uploads, in this process. */
export async function openUploads(prefix = redisPrefix('uploads'), url = sharedRedisUrl()) {
  const { root, remove } = await makeUploadRoot()
  const layout = createLayout(root)
  const keys = createKeys(prefix)
  const redis = connectRedis(url, 'command', log)
  const uploads = composeUploads({ redis, keys, layout })
  const line = createScanLine({ redis, keys, log, attempts: 3, perUser: 0 })
  const now = () => new Date()
  const removeUpload = createRemoveUpload({ ...uploads, now, log })
  const rebuild = createRebuild({ ...uploads, line, removeUpload, log })
  return {
    ...{ ...uploads, root, keys, redis, line, removeUpload, log, now },
    rebuild: (more: Partial<RebuildPlan> = {}) =>
      rebuild({ dryRun: false, retentionMs: 30 * DAY_MS, now: Date.now(), guard: () => undefined, ...more }),
    /** Everything that Redis has of this site goes; other tests' keys stay. */
    async flush(match = '*'): Promise<number> {
      const names = await redis.keys(`{${prefix}}:${match}`)
      return names.length === 0 ? 0 : redis.del(...names)
    },
    /** Everything that counts in Redis, to be compared. */
    async picture() {
      const names = (await redis.keys(`{${prefix}}:*`)).toSorted()
      const kept = names.filter((name) => /:(upload|uploads|partials|state|quota|placed|site)(:|$)/.test(name))
      return Object.fromEntries(await Promise.all(kept.map(async (name) => [name, await readValue(name)] as const)))
    },
    async close() {
      await line.close()
      await this.flush()
      redis.disconnect()
      await remove()
    },
    admit: (record: UploadRecord) => uploads.index.create(record, record.length ?? 0, NO_LIMIT),
    /** Brings an upload to `state`, on the disk and in Redis, as the processes do. */
    bringTo,
  }

  async function readValue(name: string) {
    const type = await redis.type(name)
    if (type === 'zset') return { members: (await redis.zrange(name, '0', '-1')).toSorted() }
    const { at, ...fields } = await redis.hgetall(name)
    return { ...fields, at: at === undefined ? null : Number(at) }
  }

  async function bringTo(record: UploadRecord, state: UploadRecord['state'], body = 'hello'): Promise<UploadRecord> {
    const { index, files } = uploads
    await index.create(record, record.length ?? 0, NO_LIMIT)
    await files.create(record)
    await writeFile(layout.data(record.owner, record.id), body)
    if (record.length === null) await index.reserve(record.id, record.owner, body.length, NO_LIMIT)
    await index.progress(record.id, body.length, Date.now())
    if (state === 'receiving') return record
    const received: UploadRecord = { ...record, state: 'received', length: body.length }
    await files.writeRecord(received)
    await index.step('finish', received, body.length)
    if (state === 'received') return received
    await index.step('scan', received, body.length)
    if (state === 'scanning') return received
    return settle(received, state, body)
  }

  async function settle(received: UploadRecord, state: UploadRecord['state'], body: string): Promise<UploadRecord> {
    const { index, files, placement } = uploads
    const decision = { verdict: plainVerdict('complete'), target: received.path, inode: '0' }
    const placed = layout.placed(received.owner, received.job, received.path)
    if (state === 'quarantined') {
      const quarantined: UploadRecord = { ...received, state }
      await placement.quarantine(received)
      await files.writeRecord(quarantined)
      await index.step('quarantine', quarantined, body.length)
      return quarantined
    }
    await mkdir(dirname(placed), { recursive: true })
    await placement.place(received, decision)
    const inode = (await placement.inodeAt(received, received.path)) ?? ''
    const complete: UploadRecord = {
      ...{ ...received, state: 'complete', placed_path: received.path, decision: { ...decision, inode } },
    }
    await files.writeRecord(complete)
    await index.step('pass', complete, body.length)
    return complete
  }
}
