import type { UploadState } from '#shared/domain/upload-state.ts'
import type { StagingKind } from '#shared/storage/staging.ts'

/** One file in a staging or a quarantine directory, and what Redis knows of its upload. Times are ms. */
export type EntryFacts = {
  readonly kind: StagingKind
  /** Since its last change. */
  readonly ageMs: number
  readonly changedAt: number
  readonly known: { readonly state: UploadState; readonly at: number } | undefined
  /** Of data, and of what says how much of it is proved: whether the record lies beside it, where Redis knows of none. */
  readonly hasRecord: boolean
}

export type EntryRules = { readonly ledgerAfterMs: number }

export type EntryAction =
  | 'restore'
  | 'fold'
  | 'remove_temporary'
  | 'report_orphan'
  | 'set_orphan_aside'
  | 'report_unknown'
  | 'none'

/** Whoever writes a record has renamed it long before. */
const TEMPORARY_MS = 3_600_000
/** A record is written just before its step: later than this after it, it is of a step that Redis has lost. */
const SLACK_MS = 2_000
const ORPHAN_MS = 3_600_000
/** Bytes without a record: nobody has missed them for this long. */
const ORPHAN_ASIDE_MS = 30 * 86_400_000

/** States whose record goes into the ledger: nobody has anything left to decide. */
export const isFoldable = (state: UploadState): boolean =>
  state === 'complete' || state === 'deleted' || state === 'expired'

/**
 * What is to be done about one file on the disk. Pure.
 *
 *   record that Redis does not know, or knows an older one of   restore
 *   record of what is complete or gone, for long enough         fold               into the ledger
 *   the same, cut off by a crash                                fold
 *   temporary file of an hour ago                               remove_temporary
 *   what says how many bytes are proved, of no upload in        remove_temporary
 *     receipt, of an hour ago
 *   bytes without any record, of an hour ago                    report_orphan
 *   bytes without any record, of a month ago                    set_orphan_aside   renamed, never removed
 *   what is none of ours, of an hour ago                        report_unknown     left as it is
 *
 * A held or quarantined upload keeps its record: a person decides about it still, and its bytes are in our care.
 */
export function planEntry(entry: EntryFacts, { ledgerAfterMs }: EntryRules): EntryAction {
  switch (entry.kind) {
    case 'temporary':
      return entry.ageMs > TEMPORARY_MS ? 'remove_temporary' : 'none'
    case 'data':
      if (entry.known !== undefined || entry.hasRecord || entry.ageMs < ORPHAN_MS) return 'none'
      return entry.ageMs > ORPHAN_ASIDE_MS ? 'set_orphan_aside' : 'report_orphan'
    case 'proved':
      if (entry.known?.state === 'receiving' || entry.hasRecord) return 'none'
      return entry.ageMs > TEMPORARY_MS ? 'remove_temporary' : 'none'
    case 'folding':
      return 'fold'
    case 'record':
      if (entry.known === undefined || entry.changedAt > entry.known.at + SLACK_MS) return 'restore'
      return isFoldable(entry.known.state) && entry.ageMs > ledgerAfterMs ? 'fold' : 'none'
    case 'other':
      return entry.ageMs > ORPHAN_MS ? 'report_unknown' : 'none'
    case 'setAside':
      return 'none'
  }
}
