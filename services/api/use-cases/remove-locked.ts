import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import type { createRemoveUpload } from '#shared/uploads/remove-upload.ts'

export type RemoveLockedDeps = {
  locks: UploadLocks
  index: UploadIndex
  removeUpload: ReturnType<typeof createRemoveUpload>
}

/** Longest wait for a request that is still writing, ms; it is asked to let go. */
const WAIT_MS = 15_000

/** Removes an upload under its lock: a PATCH under way ends first, and is not acknowledged for bytes that are gone. */
export const createRemoveLocked = ({ locks, index, removeUpload }: RemoveLockedDeps) =>
  async function removeLocked(id: string): Promise<void> {
    const lock = locks.newLock(id)
    await lock.lock(AbortSignal.timeout(WAIT_MS), () => undefined)
    try {
      const found = await index.get(id)
      if (found !== undefined) await removeUpload.remove(found.record, found.received, 'delete')
    } finally {
      await lock.unlock()
    }
  }
