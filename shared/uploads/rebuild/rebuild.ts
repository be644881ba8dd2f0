import type { ScanLine } from '../../queue/scan-line.ts'
import type { IndexUpkeep } from '../../redis/index-upkeep.ts'
import type { Recount } from '../../redis/recount.ts'
import type { UploadIndex } from '../../redis/upload-index.ts'
import { forEachAtMost } from '../../runtime/for-each.ts'
import type { Logger } from '../../runtime/logger.ts'
import { checkRoot } from '../../storage/root.ts'
import type { createRemoveUpload } from '../remove-upload.ts'
import type { RestoreUpload } from '../restore-upload.ts'
import { type ReadDeps, type ReadRecord, readAll } from './read-all.ts'
import { changedAnything, newReport, type RebuildReport } from './report.ts'

export type RebuildDeps = ReadDeps & {
  index: UploadIndex
  upkeep: IndexUpkeep
  restore: RestoreUpload
  line: Pick<ScanLine, 'offer' | 'has'>
  removeUpload: ReturnType<typeof createRemoveUpload>
  log: Logger
}

export type RebuildPlan = {
  /** Looks and reports; changes neither Redis nor the disk. */
  readonly dryRun: boolean
  /** Complete uploads younger than this, ms, come back from the ledger. */
  readonly retentionMs: number
  readonly now: number
  /** Called before each record is put back; throws to stop (the lease is lost, the process ends). */
  readonly guard: () => void
}

/** Records read and put back side by side: enough to hide the waiting for the disk, and all that is held in memory. */
const AT_ONCE = 64
/** Redis lost its data again in the middle of it: so often it is begun anew. */
const TRIES = 5

export type Rebuild = ReturnType<typeof createRebuild>

/**
 * Makes the index in Redis what the disk says, while uploads go on: each record is put back by compare and set, and the quotas are
 * counted anew afterwards, each in one script. Where Redis has everything already nothing is changed. Memory does not grow with the
 * number of records.
 */
export function createRebuild(deps: RebuildDeps) {
  return async function rebuild(plan: RebuildPlan): Promise<RebuildReport> {
    const started = performance.now()
    await checkRoot(deps.layout)
    for (let left = TRIES; ; left--) {
      const report = newReport()
      report.built = await oneTry(deps, plan, report)
      report.ms = Math.round(performance.now() - started)
      if (!plan.dryRun && !report.built && left > 1) continue
      if (!plan.dryRun && changedAnything(report)) await deps.upkeep.announce()
      return report
    }
  }
}

/** Answers whether the index is whole. */
async function oneTry(deps: RebuildDeps, plan: RebuildPlan, report: RebuildReport): Promise<boolean> {
  const build = plan.dryRun ? undefined : await deps.upkeep.beginBuild()
  try {
    await onePass(deps, plan, report)
    // An empty mount point would have looked like a site without uploads.
    await checkRoot(deps.layout)
    return await (build?.end() ?? deps.upkeep.isBuilt())
  } finally {
    // Redis being away is told by what needs it; the mark ends by itself.
    await build?.drop().catch((err: unknown) => deps.log.debug({ err }, 'mark of the rebuild not removed'))
  }
}

async function onePass(deps: RebuildDeps, plan: RebuildPlan, report: RebuildReport): Promise<void> {
  const owners = new Set<string>()
  const losers = new Set<string>()
  const reading = { dryRun: plan.dryRun, since: plan.now - plan.retentionMs, report }
  const work = plan.dryRun ? compare : putBack
  await forEachAtMost(readAll(deps, reading, owners), AT_ONCE, async (read) => {
    plan.guard()
    await work(deps, report, read, losers)
  })
  for (const owner of owners) {
    plan.guard()
    count(report, await deps.upkeep.recount(owner, !plan.dryRun))
  }
  count(report, await deps.upkeep.recountSite(!plan.dryRun))
  for (const id of losers) await removeLoser(deps, report, id)
}

const count = (report: RebuildReport, { before, now }: Recount): void => {
  if (before.some((bytes, i) => bytes !== now[i])) report.quotas++
}

async function putBack(deps: RebuildDeps, report: RebuildReport, read: ReadRecord, losers: Set<string>): Promise<void> {
  const found = await read()
  if (found === undefined) return
  const { kind, state, loser } = await deps.restore(found, { tell: false })
  report[kind]++
  if (loser !== null) losers.add(loser)
  const { id, owner } = found.record
  if ((state === 'received' || state === 'scanning') && !(await deps.line.has({ id, owner }))) {
    await deps.line.offer([found.record])
    report.queued++
  }
}

async function compare(deps: RebuildDeps, report: RebuildReport, read: ReadRecord): Promise<void> {
  const found = await read()
  if (found === undefined) return
  const known = (await deps.index.get(found.record.id))?.record
  report[known === undefined ? 'restored' : known.updated_at < found.record.updated_at ? 'replaced' : 'present']++
  const { state } = known ?? found.record
  if ((state === 'received' || state === 'scanning') && !(await deps.line.has(found.record))) report.queued++
}

/** Its file was replaced, and the process died before its record was removed. */
async function removeLoser(
  { index, removeUpload, log }: RebuildDeps,
  report: RebuildReport,
  id: string,
): Promise<void> {
  const found = await index.get(id)
  if (found === undefined || found.record.state !== 'complete') return
  await removeUpload.remove(found.record, found.received, 'delete')
  log.info({ uploadId: id }, 'replaced by a later upload: removed')
  report.losers++
}
