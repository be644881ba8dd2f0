import type { Verdict } from '#shared/domain/verdict.ts'

/** A verdict that finds nothing in a file of `bytes`; `outcome` is what it comes to all the same. */
export const plainVerdict = (outcome: Verdict['outcome'], bytes = 5): Verdict => ({
  outcome,
  ...{ reasons: [], warnings: [], notes: [], detected_type: null, sha256: null },
  coverage: {
    ...{ bytes_total: bytes, bytes_read: bytes, bytes_decoded: bytes, entries: 0, depth: 0 },
    ...{ engines: [], limits_hit: [], not_inspected: [] },
  },
  policy_version: 'test',
  decided_at: new Date(0).toISOString(),
})
