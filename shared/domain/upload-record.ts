import type { Concat } from './concat.ts'
import type { UploadState } from './upload-state.ts'
import type { Verdict } from './verdict.ts'

export const ON_CONFLICT = ['rename', 'replace', 'refuse'] as const
export type OnConflict = (typeof ON_CONFLICT)[number]

/** What was decided, written to disk before any byte moves, so that a crash is rolled forward from the disk alone. */
export type Decision = {
  readonly verdict: Verdict
  /** Where a complete file goes inside the job (after `on_conflict`); null for quarantine. */
  readonly target: string | null
  /** Inode number of the staging file: tells our own placed file from somebody else's at the target. */
  readonly inode: string
}

/** One upload. On disk it is the truth, in Redis an index of it. Times are RFC 3339 UTC, sizes bytes. */
export type UploadRecord = {
  readonly version: 1
  readonly id: string
  readonly owner: string
  /** The owner's groups as the token said at creation: the scan's policy may differ for them. Records of older versions have none. */
  readonly groups?: readonly string[]
  /** SHA-256 (hex) of the Upload-Token, the capability for this one upload. */
  readonly token_sha256?: string
  readonly job: string
  /** Wanted path inside the job. */
  readonly path: string
  /** Where it lies inside the job once complete; differs from `path` after a rename. */
  readonly placed_path: string | null
  /** null while deferred (creation-defer-length). */
  readonly length: number | null
  readonly state: UploadState
  readonly on_conflict: OnConflict
  readonly declared_sha256: string | null
  /** What the client called the type; noise, kept for the record. */
  readonly declared_type: string | null
  /** Upload-Metadata as it came, echoed on HEAD. */
  readonly metadata: string
  readonly created_at: string
  readonly updated_at: string
  readonly expires_at: string | null
  readonly decision: Decision | null
  readonly verdict: Verdict | null
  /** Part of a parallel upload, or put together from such parts (tus "concatenation"); absent for most uploads. */
  readonly concat?: Concat
  /** Why a held upload is held, in a sentence for people. */
  readonly held_reason: string | null
}

/** An upload as the disk has it. */
export type OnDisk = {
  readonly record: UploadRecord
  /** Bytes that are there. */
  readonly received: number
  /** When its last step or byte came, ms since the epoch. */
  readonly movedAt: number
  /** Of a gone upload: whether bytes of it are left. */
  readonly bytesLeft: boolean
}

/**
 * `updated_at` of what follows `record`: now, and never at or before the record it follows, whatever the clock of this host says. Of two
 * versions of a record the one with the later time is the later one.
 */
export const laterThan = ({ updated_at }: Pick<UploadRecord, 'updated_at'>, now: Date): string =>
  new Date(Math.max(now.getTime(), Date.parse(updated_at) + 1)).toISOString()
