import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { isGone } from '#shared/domain/upload-state.ts'
import type { Verdict } from '#shared/domain/verdict.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { createSettleUpload } from './settle-upload.ts'

export type SettleOnceDeps = {
  files: UploadFiles
  locks: UploadLocks
  settle: ReturnType<typeof createSettleUpload>
}

/** Longest wait for a worker that settles the same upload: above the lease of its lock, ms. */
const WAIT_MS = 15_000

/**
 * Settles under a lock of its own, with what the disk says then: two workers may have scanned one upload (one was taken for dead, or Redis
 * lost the job of a scan that went on), and what the first has decided holds. `signal` ends the wait for the lock, never what comes after it.
 */
export const createSettleOnce = ({ files, locks, settle }: SettleOnceDeps) =>
  async function settleOnce(record: UploadRecord, verdict: Verdict, signal: AbortSignal): Promise<void> {
    const lock = locks.newLock(`settle-${record.id}`)
    await lock.lock(AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]), () => undefined)
    try {
      const onDisk = await files.readRecord(record)
      if (onDisk !== undefined && isGone(onDisk.state)) return
      const decided = onDisk?.decision ?? null
      await settle(decided === null ? record : { ...record, ...onDisk }, decided?.verdict ?? verdict)
    } finally {
      await lock.unlock()
    }
  }
