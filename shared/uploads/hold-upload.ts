import type { ScanJob } from '../contracts/scan-job.ts'
import { laterThan, type UploadRecord } from '../domain/upload-record.ts'
import { isSettled } from '../domain/upload-state.ts'
import type { UploadIndex } from '../redis/upload-index.ts'
import type { UploadFiles } from '../storage/upload-files.ts'

export type HoldDeps = { files: UploadFiles; index: UploadIndex; now: () => Date }

/** The scan could not finish: the upload is held where it is, with the reason, until a person decides. May run twice. */
export const createHoldUpload = ({ files, index, now }: HoldDeps) =>
  async function holdUpload(job: ScanJob, reason: string): Promise<void> {
    const record = await files.readRecord(job)
    // Another worker has settled it: the disk says how.
    if (record === undefined || isSettled(record.state)) return
    const held: UploadRecord = { ...record, state: 'held', held_reason: reason, updated_at: laterThan(record, now()) }
    // The step first: where another worker has settled the upload meanwhile, the disk must keep what that one wrote.
    const reply = await index.step('hold', held, record.length ?? 0)
    if (reply.kind === 'stepped' || reply.kind === 'already') await files.writeRecord(held)
  }
