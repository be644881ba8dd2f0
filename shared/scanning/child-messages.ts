import type { Policy } from '#shared/domain/policy.ts'
import type { GateReport } from '#shared/domain/verdict.ts'

/** What the scan process is asked: one file by its path on this host. */
export type ScanRequest = {
  readonly file: string
  /** Path inside the job: the gate judges names by it. */
  readonly path: string
  readonly size: number
  readonly policy: Policy
}

export type ScanProgress = {
  readonly stage: string
  readonly bytes: number
  readonly total: number
  readonly entries: number
}

/** What it answers; it is our own code, but it read hostile bytes, so the answer is parsed like any other input. */
export type ScanAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: ScanProgress }
  | { readonly kind: 'report'; readonly report: GateReport }
  | { readonly kind: 'failed'; readonly message: string }
