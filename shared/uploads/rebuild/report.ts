/** Problems that are listed one by one; the rest is counted. */
const LISTED = 100

/** What a rebuild, or a look at the whole disk, has found and done. Counts unless the name says otherwise. */
export type RebuildReport = {
  /** Records read from the staging directories and from the ledger. */
  records: number
  ledgerLines: number
  /** Put back into Redis, which did not know them. */
  restored: number
  /** Redis knew something older. */
  replaced: number
  /** Redis knew as much. */
  present: number
  /** Scan jobs put back. */
  queued: number
  /** Uploads whose file was replaced by a later one, and which are deleted therefore. */
  losers: number
  /** Quotas, and the promised bytes of the site, that were wrong. */
  quotas: number
  /** Records and ledger lines that could not be used: path below the root, with what was done. */
  damaged: number
  problems: string[]
  /** Whether the index is whole now. */
  built: boolean
  ms: number
}

export const newReport = (): RebuildReport => ({
  ...{ records: 0, ledgerLines: 0, restored: 0, replaced: 0, present: 0, queued: 0, losers: 0, quotas: 0, damaged: 0 },
  ...{ problems: [], built: false, ms: 0 },
})

export function addProblem(report: RebuildReport, problem: string): void {
  report.damaged++
  if (report.problems.length < LISTED) report.problems.push(problem)
}

/** Whether anything in Redis had to be changed. */
export const changedAnything = ({ restored, replaced, queued, losers, quotas }: RebuildReport): boolean =>
  restored + replaced + queued + losers + quotas > 0
