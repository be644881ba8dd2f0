import type { Decision } from '../domain/upload-record.ts'
import type { Coverage, Finding, Verdict } from '../domain/verdict.ts'
import { isCount, isFields, isText, isTextOrNull, isTime } from './checks.ts'

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)

/** Any code: a record may be older than today's list of them. */
const isFinding = (value: unknown): value is Finding =>
  isFields(value) && [value.code, value.place, value.detail].every(isText)

const isFindings = (value: unknown): boolean => Array.isArray(value) && value.every(isFinding)

const isCoverage = (value: unknown): value is Coverage =>
  isFields(value) &&
  [value.bytes_total, value.bytes_read, value.bytes_decoded, value.entries, value.depth].every(isCount) &&
  [value.engines, value.limits_hit, value.not_inspected].every(isTexts)

export const isVerdict = (value: unknown): value is Verdict =>
  isFields(value) &&
  (value.outcome === 'complete' || value.outcome === 'quarantined') &&
  [value.reasons, value.warnings, value.notes].every(isFindings) &&
  [value.detected_type, value.sha256].every(isTextOrNull) &&
  isCoverage(value.coverage) &&
  isText(value.policy_version) &&
  isTime(value.decided_at)

/** A place for what is complete, none for what is not. */
export const isDecision = (value: unknown): value is Decision =>
  isFields(value) &&
  isVerdict(value.verdict) &&
  (value.verdict.outcome === 'complete' ? isText(value.target) : value.target === null) &&
  isText(value.inode)
