import { relative } from 'node:path'
import { isBadRecord } from '../../contracts/parse-record.ts'
import { AppError } from '../../domain/errors.ts'
import type { OnDisk } from '../../domain/upload-record.ts'
import { isGone } from '../../domain/upload-state.ts'
import { codeOf, isMissing, isOtherThing, isUnreadable } from '../../storage/disk-errors.ts'
import type { DiskReader } from '../../storage/disk-reader.ts'
import type { Layout } from '../../storage/layout.ts'
import type { Ledger } from '../../storage/ledger.ts'
import type { Staging } from '../../storage/staging.ts'
import { addProblem, type RebuildReport } from './report.ts'

type Named = { readonly owner: string; readonly id: string }
export type ReadDeps = { layout: Layout; disk: DiskReader; staging: Staging; ledger: Ledger }
type ReadPlan = { readonly dryRun: boolean; readonly since: number; readonly report: RebuildReport }

/** Hands over a function for each record, so that reading goes on side by side. */
export type ReadRecord = () => Promise<OnDisk | undefined>

/** Every record of every owner in the staging directories, and in the ledger as far as it was changed since `since` (ms). */
export async function* readAll(deps: ReadDeps, plan: ReadPlan, owners: Set<string>): AsyncGenerator<ReadRecord> {
  for await (const owner of deps.staging.owners()) {
    owners.add(owner)
    const told = tellOther(deps, plan, deps.layout.staging(owner))
    for await (const { kind, id } of passingOver(deps.staging.entries(owner), told)) {
      if (kind === 'record' || kind === 'folding') yield () => readOne(deps, plan, { owner, id })
    }
  }
  for (const owner of await ledgerOwners(deps, plan)) {
    owners.add(owner)
    yield* readLedger(deps, plan, owner)
  }
}

/** A whole ledger that cannot be read now is no reason to call the index whole without it. */
const ledgerOwners = (deps: ReadDeps, plan: ReadPlan): Promise<string[]> =>
  deps.ledger.owners().catch((error) => {
    if (!isOtherThing(error)) throw error
    return tellOther(deps, plan, deps.layout.ledgers)(error)
  })

/** One thing that is not what it should be, or cannot be read, is reported and passed over: the rest is read all the same. */
const tellOther =
  ({ layout }: ReadDeps, { report }: ReadPlan, path: string) =>
  (error: unknown): never[] => {
    if (!isUnreadable(error)) throw error
    const why = isOtherThing(error) ? 'is not what it should be' : 'cannot be read'
    addProblem(report, `${relative(layout.root, path)}: ${why} (${codeOf(error)}); passed over`)
    return []
  }

async function* passingOver<Item>(items: AsyncIterable<Item>, told: (error: unknown) => never[]): AsyncGenerator<Item> {
  try {
    yield* items
  } catch (error) {
    told(error)
  }
}

/** One that cannot be read is set aside and reported; its bytes stay where they are. */
async function readOne(deps: ReadDeps, plan: ReadPlan, named: Named): Promise<OnDisk | undefined> {
  const { dryRun, report } = plan
  try {
    const found = await deps.disk.read(named)
    if (found !== undefined) report.records++
    return found
  } catch (error) {
    // It went into the ledger, or was removed, meanwhile.
    if (isMissing(error)) return undefined
    const path = relative(deps.layout.root, deps.layout.record(named.owner, named.id))
    if (isBadRecord(error) && !dryRun) return setAside(deps, plan, named, (error as Error).message)
    if (!isBadRecord(error) && !isOfFile(error)) throw error
    const why = isBadRecord(error) ? (error as Error).message : `cannot be read (${codeOf(error)}); left as it is`
    addProblem(report, `${path}: ${why}`)
    return undefined
  }
}

/** An error number of the file system; what the domain says has a code of its own. */
const isOfFile = (error: unknown): boolean => codeOf(error) !== undefined && !(error instanceof AppError)

/** A whole one may lie behind the damaged one. */
async function setAside(deps: ReadDeps, plan: ReadPlan, named: Named, why: string): Promise<OnDisk | undefined> {
  const aside = await deps.disk.setAside(named)
  for (const path of aside) {
    const from = relative(deps.layout.root, path).replace(/\.damaged[^/]*$/, '')
    addProblem(plan.report, `${from}: ${why}; renamed to ${lastPart(path)}`)
  }
  return readOne(deps, plan, named)
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

async function* readLedger(deps: ReadDeps, plan: ReadPlan, owner: string) {
  const { layout, ledger } = deps
  const { since, report } = plan
  for (const { day, changedAt } of await ledger.files(owner).catch(tellOther(deps, plan, layout.ledger(owner)))) {
    // A line is written after its record was updated, so that a file untouched since then holds nothing that young.
    if (changedAt < since) continue
    const told = tellOther(deps, plan, layout.ledgerDay(owner, day))
    for await (const line of passingOver(ledger.readDay(owner, day), told)) {
      if ('damaged' in line) {
        const path = relative(layout.root, layout.ledgerDay(owner, day))
        addProblem(report, `${path}: line ${line.damaged} is no record; passed over`)
        continue
      }
      const { record } = line
      const movedAt = Date.parse(record.updated_at)
      if (movedAt < since) continue
      report.ledgerLines++
      // Folded once nothing was left of its bytes.
      const bytesLeft = !isGone(record.state)
      yield async (): Promise<OnDisk> => ({ record, received: record.length ?? 0, movedAt, bytesLeft })
    }
  }
}
