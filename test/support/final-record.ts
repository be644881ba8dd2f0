import type { FinalRecord } from '#shared/domain/final-record.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { uploadRecord } from './upload-record.ts'

/** The record of a final made of `partials`. */
export function finalRecord(partials: readonly UploadRecord[], more: Partial<UploadRecord> = {}): FinalRecord {
  const pieces = partials.map(({ id, length }) => ({ id, length: length ?? 0 }))
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const concat = { kind: 'final', header: 'final;…', pieces, assembled: null } as const
  return uploadRecord({ length, concat, ...more }) as FinalRecord
}
