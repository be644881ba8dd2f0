import { isBadRecord } from '../contracts/parse-record.ts'
import { isFinal, piecesOf } from '../domain/final-record.ts'
import type { OnDisk } from '../domain/upload-record.ts'
import type { IndexUpkeep, RestoreReply } from '../redis/index-upkeep.ts'
import type { DiskReader } from '../storage/disk-reader.ts'

export type RestoreUpload = ReturnType<typeof createRestoreUpload>

/** Puts one upload back into Redis, a final's partials before it, so that it finds them to claim. */
export function createRestoreUpload({ upkeep, disk }: { upkeep: IndexUpkeep; disk: DiskReader }) {
  return async function restoreUpload(upload: OnDisk, how: { tell: boolean }): Promise<RestoreReply> {
    const { record } = upload
    for (const id of isFinal(record) ? piecesOf(record) : []) {
      const piece = await disk.read({ owner: record.owner, id }).catch((error) => {
        // It is lost, and set aside by who finds it.
        if (isBadRecord(error)) return undefined
        throw error
      })
      if (piece !== undefined) await upkeep.restore(piece, { tell: false })
    }
    return upkeep.restore(upload, how)
  }
}
