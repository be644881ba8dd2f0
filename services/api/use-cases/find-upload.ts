import type { Principal } from '#shared/contracts/token.ts'
import { AppError } from '#shared/domain/errors.ts'
import { isUploadId } from '#shared/domain/names.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { FoundUpload, LookupUpload } from '#shared/uploads/lookup-upload.ts'

const unknown = () => new AppError('missing', 'unknown_upload', 'Cannot find the upload: no upload has this id')

export type FindUpload = (id: string, principal: Principal) => Promise<FoundUpload>

/**
 * The upload `id` for who asks: 404 unknown or deleted, 403 somebody else's (administrators may), 410 expired. Where Redis has lost it the
 * disk answers; somebody else's is unknown then.
 */
export const createFindUpload = ({ lookup }: { lookup: LookupUpload }): FindUpload =>
  async function findUpload(id, principal) {
    const found = isUploadId(id) ? await lookup.find(id, principal.isAdmin ? null : principal.user) : undefined
    if (found === undefined) throw unknown()
    assertMayTouch(found.record, principal)
    if (found.record.state === 'deleted') throw unknown()
    if (found.record.state === 'expired')
      throw new AppError('gone', 'expired', 'Cannot use the upload: it idled past its time; create it anew')
    return found
  }

export function assertMayTouch(record: UploadRecord, principal: Principal): void {
  if (record.owner === principal.user || principal.isAdmin) return
  throw new AppError('forbidden', 'not_owner', 'Cannot use this upload: it belongs to somebody else')
}
