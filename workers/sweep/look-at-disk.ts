import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isBadRecord } from '#shared/contracts/parse-record.ts'
import { forEachAtMost } from '#shared/runtime/for-each.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { isMissing } from '#shared/storage/disk-errors.ts'
import { unlinkIfThere } from '#shared/storage/durable.ts'
import type { Staging, StagingEntry } from '#shared/storage/staging.ts'
import { lstatFile, statFile } from '#shared/storage/upload-files.ts'
import type { UploadParts } from '#shared/uploads/compose-uploads.ts'
import type { Actions } from './actions.ts'
import type { FoldRecords } from './fold-records.ts'
import type { Guard } from './leader.ts'
import { type EntryAction, type EntryFacts, type EntryRules, isFoldable, planEntry } from './plan-entry.ts'

export type DiskDeps = Pick<UploadParts, 'layout' | 'disk' | 'upkeep' | 'restore'> & {
  /** The files of an owner to be looked at, and the directory they lie in. */
  entries: Staging['entries']
  folder: (owner: string) => string
  fold: FoldRecords
  rules: EntryRules
  actions: Actions
  log: Logger
}

/** Files looked at together: one question to Redis for all of them. */
const BATCH = 256
const AT_ONCE = 16

type Planned = { readonly entry: StagingEntry; readonly action: EntryAction; readonly ageMs: number }

/** Goes over an owner's staging or quarantine directory and does what the plan says about each file. Only what needs it is read. */
export function createLookAtDisk({
  layout,
  disk,
  entries: entriesOf,
  folder,
  upkeep,
  restore: putBack,
  fold,
  rules,
  actions,
  log,
}: DiskDeps) {
  const pathOf = ({ owner, name }: StagingEntry) => join(folder(owner), name)

  async function plan(entry: StagingEntry, known: EntryFacts['known']): Promise<Planned> {
    const facts = await lstatFile(pathOf(entry))
    if (facts === undefined) return { entry, action: 'none', ageMs: 0 }
    const ageMs = Date.now() - facts.changedAt
    const hasRecord =
      (entry.kind === 'data' || entry.kind === 'proved') && known === undefined
        ? (await statFile(layout.record(entry.owner, entry.id))) !== undefined
        : false
    const of = { kind: entry.kind, ageMs, changedAt: facts.changedAt, hasRecord }
    return { entry, action: planEntry({ ...of, known }, rules), ageMs }
  }

  async function perform({ entry, action }: Planned): Promise<void> {
    const { owner, id, name } = entry
    const about = { uploadId: id, owner, file: name }
    switch (action) {
      case 'remove_temporary':
        await unlinkIfThere(pathOf(entry))
        return actions.took(action, about)
      case 'set_orphan_aside':
        await rename(pathOf(entry), `${pathOf(entry)}.orphan`)
        return actions.found(action, about)
      case 'report_orphan':
      case 'report_unknown':
        return actions.found(action, about)
      default:
    }
  }

  /** Answers whether Redis has all of it already, and it is one for the ledger. */
  async function restore({ entry: { owner, id, name }, ageMs }: Planned): Promise<boolean> {
    try {
      const found = await disk.read({ owner, id })
      if (found === undefined) return false
      const { kind, state, loser } = await putBack(found, { tell: true })
      if (kind !== 'present') actions.took('restore', { uploadId: id, owner, state })
      if (loser !== null) actions.found('place_lost', { uploadId: loser, owner })
      return kind === 'present' && isFoldable(found.record.state) && ageMs > rules.ledgerAfterMs
    } catch (error) {
      if (!isBadRecord(error)) throw error
      await disk.setAside({ owner, id })
      actions.found('set_record_aside', { uploadId: id, owner, file: name, err: error })
      return false
    }
  }

  async function batch(owner: string, entries: readonly StagingEntry[], guard: Guard): Promise<void> {
    const known = await upkeep.statesOf(entries.map(({ id }) => id))
    const planned: Planned[] = []
    await forEachAtMost(entries.entries(), AT_ONCE, async ([i, entry]) => {
      planned.push(await plan(entry, known[i]))
    })
    const folding: StagingEntry[] = []
    await forEachAtMost(planned, AT_ONCE, async (one) => {
      guard()
      try {
        if (one.action === 'fold' || (one.action === 'restore' && (await restore(one)))) folding.push(one.entry)
        else await perform(one)
      } catch (err) {
        if (!isMissing(err)) log.warn({ err, owner, file: one.entry.name }, 'not put right; the next look tries again')
      }
    })
    if (folding.length > 0) await fold(owner, folding, guard)
  }

  return async function lookAtDisk(owner: string, guard: Guard): Promise<void> {
    let waiting: StagingEntry[] = []
    for await (const entry of entriesOf(owner)) {
      if (waiting.push(entry) < BATCH) continue
      guard()
      await batch(owner, waiting, guard)
      waiting = []
    }
    if (waiting.length > 0) await batch(owner, waiting, guard)
  }
}
