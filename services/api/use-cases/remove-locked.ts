import { AppError } from '#shared/domain/errors.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Placement } from '#shared/storage/placement.ts'
import type { FoundUpload, LookupUpload } from '#shared/uploads/lookup-upload.ts'
import type { createRemoveUpload } from '#shared/uploads/remove-upload.ts'

export type RemoveLockedDeps = {
  locks: UploadLocks
  lookup: LookupUpload
  placement: Placement
  removeUpload: ReturnType<typeof createRemoveUpload>
}

/** Longest wait for a request that is still writing, ms; it is asked to let go. */
const WAIT_MS = 15_000

/** Removes an upload under its lock: a PATCH under way ends first, and is not acknowledged for bytes that are gone. */
export const createRemoveLocked = ({ locks, lookup, placement, removeUpload }: RemoveLockedDeps) =>
  async function removeLocked({ record: { id, owner } }: FoundUpload): Promise<void> {
    const lock = locks.newLock(id)
    await lock.lock(AbortSignal.timeout(WAIT_MS), () => undefined)
    try {
      const found = await lookup.find(id, owner)
      if (found === undefined) return
      if (found.archived === true) await assertOurs(placement, found)
      if (found.archived === true) await lookup.unarchive(found.record)
      await removeUpload.remove(found.record, found.received, 'delete')
    } finally {
      await lock.unlock()
    }
  }

/** Of an upload of long ago only the inode tells whether the file at its place is still its own. */
async function assertOurs(placement: Placement, { record }: FoundUpload): Promise<void> {
  if (await placement.isOurs(record)) return
  throw new AppError('missing', 'content_gone', 'Cannot delete the file: it is no longer where it was put')
}
