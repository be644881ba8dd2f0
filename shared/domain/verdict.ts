import { isEncrypted } from './finding-kinds.ts'
import { FINDINGS, type FindingCode, type Severity } from './findings.ts'
import { ENCRYPTED, type Policy, type SeverityKey } from './policy.ts'

/** One thing the gate saw: a stable code, where (path inside the file, outermost first, joined by " › "), and the figure behind it. */
export type Finding = {
  readonly code: FindingCode
  /** Member path inside the archive tree, or '' for the file itself; a line as `deck.k:12` where that helps. */
  readonly place: string
  /** What was seen, in a short sentence without any path of the server, e.g. "expands to 10.0 GiB, 1030 times its size". */
  readonly detail: string
}

/** What was really looked at. Bytes count decoded content over all layers. */
export type Coverage = {
  readonly bytes_total: number
  readonly bytes_read: number
  readonly bytes_decoded: number
  readonly entries: number
  readonly depth: number
  readonly engines: readonly string[]
  readonly limits_hit: readonly string[]
  readonly not_inspected: readonly string[]
}

/** What the gate gives for one file: facts only. What they mean is policy, see {@link decideVerdict}. */
export type GateReport = {
  readonly findings: readonly Finding[]
  readonly detected_type: string | null
  readonly sha256: string
  readonly coverage: Coverage
}

export type Verdict = {
  readonly outcome: 'complete' | 'quarantined'
  readonly reasons: readonly Finding[]
  readonly warnings: readonly Finding[]
  readonly notes: readonly Finding[]
  readonly detected_type: string | null
  /** SHA-256 of the whole file, hex; null where a reason for quarantine ended the judging early and more than 1 GiB was left. */
  readonly sha256: string | null
  readonly coverage: Coverage
  readonly policy_version: string
  readonly decided_at: string
}

/** Turns facts into a verdict under a policy: pure, and the only place that decides. `now` is RFC 3339. */
export function decideVerdict(report: GateReport, policy: Policy, now: string): Verdict {
  const of = (severity: Severity) =>
    report.findings.filter((finding) => severityOfFinding(finding, policy) === severity)
  const reasons = of('quarantine')
  return {
    outcome: reasons.length === 0 ? 'complete' : 'quarantined',
    reasons,
    warnings: of('warning'),
    notes: of('note'),
    detected_type: report.detected_type,
    sha256: report.sha256 === '' ? null : report.sha256,
    coverage: report.coverage,
    policy_version: policy.version,
    decided_at: now,
  }
}

export const severityOf = (code: FindingCode, policy: Policy): Severity =>
  code === 'antivirus_skipped' ? policy.antivirus.aboveLimit : severityByKey(code, policy)

/** A key finer than a code says what its code says, unless the policy names it. */
export function severityByKey(key: SeverityKey, policy: Policy): Severity {
  const code = key === ENCRYPTED ? 'not_inspectable' : key
  return policy.severities[key] ?? policy.severities[code] ?? FINDINGS[code].severity
}

export const severityOfFinding = (finding: Finding, policy: Policy): Severity =>
  isEncrypted(finding) ? severityByKey(ENCRYPTED, policy) : severityOf(finding.code, policy)
