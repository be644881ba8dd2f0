import { access, rmdir } from 'node:fs/promises'
import type { UploadState } from '#shared/domain/upload-state.ts'
import type { Recount } from '#shared/redis/recount.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { codeOf, isMissing } from '#shared/storage/disk-errors.ts'
import { checkRoot } from '#shared/storage/root.ts'
import type { UploadParts } from '#shared/uploads/compose-uploads.ts'
import type { Actions } from './actions.ts'
import type { Guard } from './leader.ts'

export type ReconcileDeps = Pick<UploadParts, 'layout' | 'staging' | 'upkeep' | 'index' | 'files'> & {
  lookAtStaging: (owner: string, guard: Guard) => Promise<void>
  lookAtQuarantine: (owner: string, guard: Guard) => Promise<void>
  retentionMs: number
  ledgerAfterMs: number
  actions: Actions
  log: Logger
}

const PAGE = 500
/** An admission writes its record within this time, ms. */
const WRITTEN_MS = 60_000

/**
 * Holds the whole disk against the whole index, both ways, and counts the quotas anew. The everyday sweep looks only at what stands still;
 * this finds what should not be possible.
 */
export function createReconcile(deps: ReconcileDeps) {
  const { layout, staging, upkeep, index, files, actions, log } = deps

  /** One that fails is told, and the next one looked at; whoever lost the lease, or the upload root, stops. */
  async function attempt(guard: Guard, about: object, work: () => Promise<void>): Promise<void> {
    guard()
    try {
      await work()
    } catch (err) {
      guard()
      await checkRoot(layout)
      actions.found('not_compared', { ...about, err })
    }
  }

  /** What Redis need not know any more: its record is in the ledger. */
  async function forgetOld(guard: Guard): Promise<void> {
    const before = Date.now() - deps.retentionMs
    let forgotten = 0
    for await (const { id } of index.standing('complete', before, PAGE)) {
      await attempt(guard, { uploadId: id }, async () => {
        const found = await index.get(id)
        if (found === undefined) await index.cleaned(id, 'complete')
        else if (!(await isThere(layout.record(found.record.owner, id))) && (await upkeep.forget(found.record, before)))
          forgotten++
      })
    }
    if (forgotten > 0) actions.took('forget', { uploads: forgotten }, forgotten)
    await upkeep.trimEvents(before)
  }

  /** Records that Redis has and the disk lost: written again, never over one that is there. */
  async function writeLost(guard: Guard): Promise<void> {
    for (const state of ['receiving', 'received', 'scanning', 'quarantined', 'held'] as const) {
      for await (const { id } of index.standing(state, Date.now() - WRITTEN_MS, PAGE)) {
        await attempt(guard, { uploadId: id }, () => writeIfLost(id, state))
      }
    }
  }

  async function writeIfLost(id: string, state: UploadState): Promise<void> {
    const found = await index.get(id)
    if (found === undefined || (await isThere(layout.record(found.record.owner, id)))) return
    // Without bytes there is nothing to go on with: the sweep withdraws it.
    if (state === 'receiving' && (await files.stat(found.record)) === undefined) return
    const record = { ...found.record, state: state === 'scanning' ? ('received' as const) : state }
    if (await files.writeLost(record)) actions.took('write_record', { uploadId: id, state })
  }

  function tellWrong(about: object, { before, now }: Recount): void {
    if (before.some((bytes, i) => bytes !== now[i])) actions.took('correct_quota', { ...about, before, now })
  }

  return async function reconcile(guard: Guard): Promise<void> {
    await checkRoot(layout)
    const started = performance.now()
    let owners = 0
    for await (const owner of staging.owners()) {
      await attempt(guard, { owner }, () => deps.lookAtStaging(owner, guard))
      await attempt(guard, { owner }, async () => tellWrong({ owner }, await upkeep.recount(owner, true)))
      await attempt(guard, { owner }, () => removeIfEmpty(layout.staging(owner)))
      owners++
    }
    for await (const owner of staging.quarantineOwners()) {
      await attempt(guard, { owner }, () => deps.lookAtQuarantine(owner, guard))
      await attempt(guard, { owner }, () => removeIfEmpty(layout.quarantine(owner)))
    }
    guard()
    await writeLost(guard)
    tellWrong({}, await upkeep.recountSite(true))
    // On an empty mount point every record is missing.
    await checkRoot(layout)
    await forgetOld(guard)
    log.info({ owners, ms: Math.round(performance.now() - started) }, 'disk and index compared')
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    (error) => {
      if (isMissing(error)) return false
      throw error
    },
  )

/** An owner's next upload makes them again. */
async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EBUSY', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error
  })
}
