import type { Principal } from '#shared/contracts/token.ts'
import type { Piece } from '#shared/domain/concat.ts'
import { AppError } from '#shared/domain/errors.ts'
import { isPartial } from '#shared/domain/final-record.ts'
import type { IndexedUpload } from '#shared/redis/upload-index.ts'

/** Throws `missing` for an upload nobody knows, `forbidden` for somebody else's: also for administrators, the file becomes the caller's. */
export function assertOwn(found: IndexedUpload | undefined, { user }: Principal): void {
  if (found === undefined) throw noPartial()
  if (found.record.owner !== user)
    throw new AppError('forbidden', 'not_owner', 'Cannot use a partial upload: it belongs to somebody else')
}

/** A partial as a piece of its final; throws `missing` or `gone` where it is no more, `conflict` where it is none or has no length. */
export function assertMayUse(found: IndexedUpload | undefined): Piece {
  if (found === undefined) throw noPartial()
  const { record } = found
  if (record.state === 'expired')
    throw new AppError('gone', 'expired', 'Cannot use a partial upload: it idled past its time; send it anew')
  if (record.state === 'deleted') throw noPartial()
  if (!isPartial(record)) {
    throw new AppError(
      'conflict',
      'not_partial',
      'Cannot use an upload as a part: it was not created with Upload-Concat: partial',
    )
  }
  if (record.length === null) {
    throw new AppError(
      'conflict',
      'partial_deferred',
      'Cannot use a partial upload: its length is not known yet; send its Upload-Length first',
    )
  }
  return { id: record.id, length: record.length }
}

export const noPartial = () =>
  new AppError('missing', 'unknown_partial', 'Cannot find a partial upload: no upload has its id, or it is gone')

export const claimedAlready = () =>
  new AppError('conflict', 'partial_used', 'Cannot use a partial upload: it is part of another final upload already')
