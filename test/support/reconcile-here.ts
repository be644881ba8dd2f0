import { type ActionCounts, createActions } from '../../workers/sweep/actions.ts'
import { createFoldRecords } from '../../workers/sweep/fold-records.ts'
import { createLookAtDisk } from '../../workers/sweep/look-at-disk.ts'
import { createReconcile } from '../../workers/sweep/reconcile.ts'
import type { UploadsHere } from './uploads-here.ts'

const DAY_MS = 86_400_000

export type ReconcileHow = {
  readonly ledgerAfterMs?: number
  readonly retentionMs?: number
  readonly guard?: () => void
  readonly ledger?: UploadsHere['ledger']
}

/** The sweep's look at everything, which folds what is finished; answers what it did. */
export async function reconcileHere(
  here: UploadsHere,
  {
    ledgerAfterMs = -DAY_MS,
    retentionMs = 30 * DAY_MS,
    guard = () => undefined,
    ledger = here.ledger,
  }: ReconcileHow = {},
): Promise<ActionCounts> {
  const actions = createActions(here.log, async () => undefined)
  const fold = createFoldRecords({ ...here, ledger, actions })
  const look = { ...here, fold, rules: { ledgerAfterMs }, actions }
  const { staging, layout } = here
  const lookAtStaging = createLookAtDisk({ ...look, entries: staging.entries, folder: layout.staging })
  const lookAtQuarantine = createLookAtDisk({ ...look, entries: staging.quarantined, folder: layout.quarantine })
  await createReconcile({ ...here, lookAtStaging, lookAtQuarantine, retentionMs, ledgerAfterMs, actions })(guard)
  return actions.flush()
}
