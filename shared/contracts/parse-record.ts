import { isConcat } from '../domain/concat.ts'
import { AppError } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'
import { isSafeOwner, isUploadId } from '../domain/names.ts'
import { ON_CONFLICT, type UploadRecord } from '../domain/upload-record.ts'
import { isUploadState } from '../domain/upload-state.ts'
import { isLength, isText, isTextOrNull, isTime, isTimeOrNull } from './checks.ts'
import { isDecision, isVerdict } from './parse-verdict.ts'

const isTextListOrAbsent = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every(isText))

const FIELDS: Readonly<Record<keyof UploadRecord, (value: unknown) => boolean>> = {
  version: (value) => value === 1,
  id: isUploadId,
  owner: isSafeOwner,
  groups: isTextListOrAbsent,
  token_sha256: (value) => value === undefined || isText(value),
  job: isText,
  path: isText,
  placed_path: isTextOrNull,
  length: (value) => value === null || isLength(value),
  state: isUploadState,
  on_conflict: (value) => (ON_CONFLICT as readonly unknown[]).includes(value),
  declared_sha256: isTextOrNull,
  declared_type: isTextOrNull,
  metadata: isText,
  created_at: isTime,
  updated_at: isTime,
  expires_at: isTimeOrNull,
  decision: (value) => value === null || isDecision(value),
  verdict: (value) => value === null || isVerdict(value),
  concat: (value) => value === undefined || isConcat(value),
  held_reason: isTextOrNull,
}

export const badRecord = (why: string, cause?: unknown): AppError =>
  new AppError('invalid', 'bad_record', `Cannot read the upload record: ${why}`, cause === undefined ? {} : { cause })

export const isBadRecord = (error: unknown): boolean => error instanceof AppError && error.code === 'bad_record'

/** Parses a record from disk or Redis; throws `invalid` with code `bad_record` if it is cut off, damaged or too large. */
export function parseRecord(text: string): UploadRecord {
  if (text.length > LIMITS.recordBytes)
    throw badRecord(`${text.length} characters, ${LIMITS.recordBytes} are the limit`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw badRecord('it is not whole JSON', cause)
  }
  if (typeof value !== 'object' || value === null) throw badRecord('it is not an object')
  const fields = value as Record<string, unknown>
  for (const [name, ok] of Object.entries(FIELDS)) {
    if (!ok(fields[name])) throw badRecord(`${name} is missing or malformed`)
  }
  return value as UploadRecord
}
