import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { UploadState } from '#shared/domain/upload-state.ts'
import type { ScanQueue } from '#shared/queue/scan-queue.ts'
import type { IndexedUpload, UploadIndex } from '#shared/redis/upload-index.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { planSweep, SETTLING_MS, type SweepAction, type SweepRules } from './plan-sweep.ts'

export type SweepDeps = {
  index: UploadIndex
  files: UploadFiles
  queue: ScanQueue
  locks: UploadLocks
  finish: (record: UploadRecord, size: number) => Promise<void>
  removeUpload: ReturnType<typeof createRemoveUpload>
  rules: SweepRules
  log: Logger
}

const WATCHED: readonly UploadState[] = ['receiving', 'received', 'scanning', 'deleted', 'expired']
const PAGE = 500
/** A request that holds the lock is alive: its upload is left to it. ms. */
const LOCK_WAIT_MS = 1_000

export type SweepCounts = Partial<Record<SweepAction, number>>

/** Looks at every upload that stands still, and does what the plan says; one that fails is logged and the next one looked at. */
export function createSweep({ index, files, queue, locks, finish, removeUpload, rules, log }: SweepDeps) {
  async function underLock(id: string, work: () => Promise<void>): Promise<void> {
    const lock = locks.newLock(id)
    await lock.lock(AbortSignal.timeout(LOCK_WAIT_MS), () => undefined)
    await work().finally(() => lock.unlock())
  }

  async function perform(action: SweepAction, { record, received }: IndexedUpload, staged: number): Promise<void> {
    switch (action) {
      case 'finish':
        return underLock(record.id, () => finish(record, staged))
      case 'expire':
        return underLock(record.id, () => removeUpload.remove(record, received, 'expire'))
      case 'withdraw':
        return underLock(record.id, () => removeUpload.remove(record, received, 'delete'))
      case 'enqueue':
        return queue.enqueue({ id: record.id, owner: record.owner })
      case 'clean':
        return removeUpload.cleanUp(record, record.state === 'expired' ? 'expired' : 'deleted')
      case 'none':
    }
  }

  async function look(found: IndexedUpload, lastMoved: number, now: number): Promise<SweepAction> {
    const { record } = found
    const [staged, hasJob] = await Promise.all([files.stat(record), queue.has(record.id)])
    const standstill = {
      state: record.state,
      length: record.length,
      staged: staged?.size ?? null,
      idleMs: now - lastMoved,
      hasJob,
    }
    const action = planSweep(standstill, rules)
    if (action === 'none') return action
    await perform(action, found, staged?.size ?? 0)
    log.info({ uploadId: record.id, state: record.state, action }, 'put right')
    return action
  }

  return async function sweep(now: number, signal: AbortSignal): Promise<SweepCounts> {
    const counts: SweepCounts = {}
    for (const state of WATCHED) {
      for await (const { id, at } of index.standing(state, now - SETTLING_MS, PAGE)) {
        if (signal.aborted) return counts
        try {
          const [found] = await index.getMany([id])
          if (found === undefined) await index.cleaned(id, state)
          else {
            const action = await look(found, at, now)
            counts[action] = (counts[action] ?? 0) + 1
          }
        } catch (err) {
          log.warn({ err, uploadId: id }, 'not put right; the next sweep tries again')
        }
      }
    }
    return counts
  }
}
