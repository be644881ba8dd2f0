import { AppError } from '#shared/domain/errors.ts'
import { FINDINGS } from '#shared/domain/findings.ts'
import type { Policy } from '#shared/domain/policy.ts'
import type { Coverage, Finding, GateReport } from '#shared/domain/verdict.ts'
import type { Decoders } from '#shared/gate/decoders/decoders.ts'

/** What the scan process is asked: one file by its path on this host. */
export type ScanRequest = {
  readonly file: string
  /** Path inside the job: the gate judges names by it. */
  readonly path: string
  readonly size: number
  readonly policy: Policy
  /** By path, because the scan process has no environment to look in. */
  readonly decoders: Decoders
}

export type ScanProgress = {
  readonly stage: string
  /** Of the file, read so far. */
  readonly bytes: number
  readonly total: number
  readonly entries: number
  /** Bytes of the file a second, of late. */
  readonly rate: number
}

export type ScanAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: ScanProgress }
  | { readonly kind: 'report'; readonly report: GateReport }
  | { readonly kind: 'failed'; readonly message: string }

/** No text of an answer is longer; the gate itself cuts places and details far below. */
const TEXT = 4_096
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= TEXT
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isFinding = (value: unknown): value is Finding =>
  isRecord(value) &&
  isText(value.code) &&
  Object.hasOwn(FINDINGS, value.code) &&
  isText(value.place) &&
  isText(value.detail)

const isCoverage = (value: unknown): value is Coverage =>
  isRecord(value) &&
  [value.bytes_total, value.bytes_read, value.bytes_decoded, value.entries, value.depth].every(isCount) &&
  [value.engines, value.limits_hit, value.not_inspected].every(isTexts)

const isReport = (value: unknown): value is GateReport =>
  isRecord(value) &&
  Array.isArray(value.findings) &&
  value.findings.every(isFinding) &&
  (value.detected_type === null || isText(value.detected_type)) &&
  typeof value.sha256 === 'string' &&
  /^([0-9a-f]{64})?$/.test(value.sha256) &&
  isCoverage(value.coverage)

const isProgress = (value: unknown): value is ScanProgress =>
  isRecord(value) && isText(value.stage) && [value.bytes, value.total, value.entries, value.rate].every(isCount)

/** Parses what a scan process says: our own code, but it has read hostile bytes. Throws `unavailable` for what it would never say. */
export function parseScanAnswer(message: unknown): ScanAnswer {
  if (isRecord(message)) {
    const { kind } = message
    if (kind === 'ready') return { kind }
    if (kind === 'progress' && isProgress(message.progress)) return { kind, progress: message.progress }
    if (kind === 'report' && isReport(message.report)) return { kind, report: message.report }
    if (kind === 'failed' && typeof message.message === 'string')
      return { kind, message: message.message.slice(0, TEXT) }
  }
  throw new AppError('unavailable', 'scan_answer', 'Cannot finish the scan: its process gave an answer that is none')
}
