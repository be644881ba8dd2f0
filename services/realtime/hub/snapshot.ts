import type { Envelope } from '#shared/contracts/events.ts'
import type { Principal } from '#shared/contracts/token.ts'
import { type UploadView, uploadView } from '#shared/contracts/upload-view.ts'
import { LIMITS, MIB } from '#shared/domain/limits.ts'
import { isGone } from '#shared/domain/upload-state.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'

/** Characters of JSON: verdicts can be long, and one user's must not make an administrator's snapshot too large to send. */
const MAX_LENGTH = 4 * MIB

type SnapshotDeps = { readonly index: UploadIndex; readonly quotaBytes: number | null }

export type ReadSnapshot = (principal: Principal) => Promise<Envelope<'snapshot'>>

/**
 * The newest uploads that `principal` hears of, and their own quota. The id is read first: an event after it may already show in
 * the uploads, but none before it is missing from them.
 */
export const snapshotReader =
  ({ index, quotaBytes }: SnapshotDeps): ReadSnapshot =>
  async ({ user, isAdmin }) => {
    const id = await index.lastEventId()
    const ids = await index.ids(isAdmin ? null : user, null, LIMITS.snapshotUploads + 1)
    const [uploads, quota] = await Promise.all([
      index.getMany(ids.slice(0, LIMITS.snapshotUploads)),
      index.quota(user, quotaBytes),
    ])
    const views = uploads
      .filter(({ record }) => !isGone(record.state))
      .map((one) => uploadView(one.record, one.received))
    const fitting = newestThatFit(views)
    const complete = ids.length <= LIMITS.snapshotUploads && fitting.length === views.length
    const data = { uploads: fitting, quota, complete }
    return { type: 'snapshot', data, timestamp: new Date().toISOString(), id }
  }

function newestThatFit(views: readonly UploadView[]): readonly UploadView[] {
  let length = 0
  const end = views.findIndex((view) => {
    length += JSON.stringify(view).length
    return length > MAX_LENGTH
  })
  return end === -1 ? views : views.slice(0, end)
}
