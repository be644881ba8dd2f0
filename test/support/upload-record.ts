import { v7 as uuidv7 } from 'uuid'
import type { UploadRecord } from '#shared/domain/upload-record.ts'

/** A record as an admission makes it: kim's `job/deck.k`, 5 bytes, in receipt. */
export function uploadRecord(more: Partial<UploadRecord> = {}): UploadRecord {
  const at = new Date().toISOString()
  return {
    version: 1,
    id: uuidv7(),
    owner: 'kim',
    job: 'job',
    path: 'deck.k',
    placed_path: null,
    length: 5,
    state: 'receiving',
    on_conflict: 'rename',
    declared_sha256: null,
    declared_type: null,
    metadata: '',
    created_at: at,
    updated_at: at,
    expires_at: at,
    decision: null,
    verdict: null,
    held_reason: null,
    ...more,
  }
}
