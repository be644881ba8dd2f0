import type { UploadRecord } from '../domain/upload-record.ts'
import type { UploadState } from '../domain/upload-state.ts'
import type { Finding, Verdict } from '../domain/verdict.ts'

/** The verdict as the API gives it. */
export type VerdictView = {
  readonly safe: boolean
  readonly outcome: Verdict['outcome']
  readonly reasons: readonly Finding[]
  readonly warnings: readonly Finding[]
  readonly notes: readonly Finding[]
  readonly detected_type: string | null
  readonly sha256: string | null
  readonly coverage: Verdict['coverage']
  readonly policy_version: string
}

/** An upload as its owner sees it: no path of the server, nothing internal. */
export type UploadView = {
  readonly id: string
  readonly owner: string
  readonly job_id: string
  readonly filename: string
  readonly path: string
  readonly state: UploadState
  readonly length: number | null
  readonly received: number
  readonly created_at: string
  readonly updated_at: string
  readonly expires_at: string | null
  readonly held_reason: string | null
  readonly verdict: VerdictView | null
}

export const verdictView = (verdict: Verdict): VerdictView => ({
  safe: verdict.outcome === 'complete',
  outcome: verdict.outcome,
  reasons: verdict.reasons,
  warnings: verdict.warnings,
  notes: verdict.notes,
  detected_type: verdict.detected_type,
  sha256: verdict.sha256,
  coverage: verdict.coverage,
  policy_version: verdict.policy_version,
})

/** `received` is the offset: bytes that are safely there. */
export function uploadView(record: UploadRecord, received: number): UploadView {
  const path = record.placed_path ?? record.path
  return {
    id: record.id,
    owner: record.owner,
    job_id: record.job,
    filename: path.slice(path.lastIndexOf('/') + 1),
    path,
    state: record.state,
    length: record.length,
    received,
    created_at: record.created_at,
    updated_at: record.updated_at,
    expires_at: record.expires_at,
    held_reason: record.held_reason,
    verdict: record.verdict === null ? null : verdictView(record.verdict),
  }
}
