import { relative } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { OnDisk } from '../../domain/upload-record.ts'
import { isGone } from '../../domain/upload-state.ts'
import { codeOf, isMissing } from '../../storage/disk-errors.ts'
import type { DiskReader } from '../../storage/disk-reader.ts'
import type { Layout } from '../../storage/layout.ts'
import type { Ledger } from '../../storage/ledger.ts'
import type { Staging } from '../../storage/staging.ts'
import { addProblem, type RebuildReport } from './report.ts'

export type ReadDeps = { layout: Layout; disk: DiskReader; staging: Staging; ledger: Ledger }
type ReadPlan = { readonly dryRun: boolean; readonly since: number; readonly report: RebuildReport }

/** Hands over a function for each record, so that reading goes on side by side. */
export type ReadRecord = () => Promise<OnDisk | undefined>

/** Every record of every owner in the staging directories, and in the ledger as far as it was changed since `since` (ms). */
export async function* readAll(deps: ReadDeps, plan: ReadPlan, owners: Set<string>): AsyncGenerator<ReadRecord> {
  for await (const owner of deps.staging.owners()) {
    owners.add(owner)
    for await (const { kind, id } of deps.staging.entries(owner)) {
      if (kind === 'record' || kind === 'folding') yield () => readOne(deps, plan, { owner, id })
    }
  }
  for (const owner of await deps.ledger.owners()) {
    owners.add(owner)
    yield* readLedger(deps, plan, owner)
  }
}

/** One that cannot be read is set aside and reported; its bytes stay where they are. */
async function readOne(deps: ReadDeps, { dryRun, report }: ReadPlan, named: { owner: string; id: string }) {
  try {
    const found = await deps.disk.read(named)
    if (found !== undefined) report.records++
    return found
  } catch (error) {
    // It went into the ledger, or was removed, meanwhile.
    if (isMissing(error)) return undefined
    const path = relative(deps.layout.root, deps.layout.record(named.owner, named.id))
    if (!(error instanceof AppError)) {
      if (codeOf(error) === undefined) throw error
      addProblem(report, `${path}: cannot be read (${codeOf(error)}); left as it is`)
    } else if (dryRun) addProblem(report, `${path}: ${error.message}`)
    else addProblem(report, `${path}: ${error.message}; renamed to ${await deps.disk.setAside(named).then(lastPart)}`)
    return undefined
  }
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

async function* readLedger({ layout, ledger }: ReadDeps, { since, report }: ReadPlan, owner: string) {
  for (const { day, changedAt } of await ledger.files(owner)) {
    // A line is written after its record was updated, so that a file untouched since then holds nothing that young.
    if (changedAt < since) continue
    for await (const line of ledger.readDay(owner, day)) {
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
