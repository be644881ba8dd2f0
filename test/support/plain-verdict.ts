import type { GateReport, Verdict } from '#shared/domain/verdict.ts'

/** A verdict that finds nothing in a file of `bytes`; `outcome` is what it comes to all the same. */
export const plainVerdict = (outcome: Verdict['outcome'], bytes = 5): Verdict => ({
  outcome,
  ...{ reasons: [], warnings: [], notes: [], detected_type: null, sha256: null },
  coverage: plainCoverage(bytes),
  policy_version: 'test',
  decided_at: new Date(0).toISOString(),
})

/** All of a file that holds no others was read. */
export const plainCoverage = (bytes: number, engines: string[] = []): GateReport['coverage'] => ({
  ...{ bytes_total: bytes, bytes_read: bytes, bytes_decoded: 0, entries: 0, depth: 0 },
  ...{ engines, limits_hit: [], not_inspected: [] },
})
