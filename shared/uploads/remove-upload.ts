import { AppError } from '../domain/errors.ts'
import { piecesOf } from '../domain/final-record.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import { CLAIMED } from '../redis/index-replies.ts'
import type { UploadIndex } from '../redis/upload-index.ts'
import type { Placement } from '../storage/placement.ts'
import type { UploadFiles } from '../storage/upload-files.ts'

export type RemoveDeps = { files: UploadFiles; placement: Placement; index: UploadIndex; now: () => Date }

/** Ends an upload and removes its bytes and its record, in an order that a crash cannot turn around; may run twice. */
export function createRemoveUpload({ files, placement, index, now }: RemoveDeps) {
  /** Removes what is left on the disk of an upload that was `before` and is gone now. */
  async function cleanUp(before: UploadRecord, gone: 'deleted' | 'expired'): Promise<void> {
    await placement.remove(before, await index.holdsPlace(before))
    for (const id of piecesOf(before)) await files.remove({ owner: before.owner, id })
    await files.removeRecord(before)
    await index.cleaned(before.id, gone)
  }

  return {
    cleanUp,
    /** `expire` for what idled past its time, `delete` for a wish. Throws `conflict` while the upload is being scanned. */
    async remove(record: UploadRecord, received: number, event: 'delete' | 'expire'): Promise<void> {
      // Before the step: a file system that is away would be believed to be empty.
      await placement.assertMounted()
      // While the place is still this upload's own it goes with it; replaced, it belongs to another upload.
      const reply = await index.step(event, { ...record, updated_at: now().toISOString() }, received)
      if (reply.kind === 'refused' && reply.state === CLAIMED) throw claimed()
      if (reply.kind === 'refused') {
        throw new AppError(
          'conflict',
          'being_scanned',
          `Cannot ${event} the upload: it is ${reply.state}; try again when the scan is done`,
          {
            retryAfterSeconds: 5,
          },
        )
      }
      if (reply.kind === 'missing')
        throw new AppError('missing', 'unknown_upload', 'Cannot find the upload: no upload has this id')
      await cleanUp(record, event === 'delete' ? 'deleted' : 'expired')
    },
  }
}

const claimed = () =>
  new AppError(
    'conflict',
    'partial_claimed',
    'Cannot delete the upload: it is part of a final upload that waits for it; delete that one, and all its parts go with it',
  )
