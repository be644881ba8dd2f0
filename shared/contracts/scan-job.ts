import { AppError } from '../domain/errors.ts'
import { isSafeOwner, isUploadId } from '../domain/names.ts'

/** BullMQ queue and job name; the job id is the upload id. */
export const SCAN_QUEUE = 'scan'

export type ScanJob = { readonly id: string; readonly owner: string }

/** Parses a job payload; throws `invalid`, which ends the job without another attempt. */
export function parseScanJob(data: unknown): ScanJob {
  if (typeof data === 'object' && data !== null && 'id' in data && 'owner' in data) {
    const { id, owner } = data
    if (isUploadId(id) && isSafeOwner(owner)) return { id, owner }
  }
  throw new AppError('invalid', 'bad_scan_job', 'Cannot read the scan job: it needs an upload id and an owner')
}
