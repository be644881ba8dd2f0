import type { Finding, GateReport } from '../domain/verdict.ts'

/** Bytes that are not those announced are a finding of their own: the user sends them again. */
export function withDigestChecked(report: GateReport, declared: string | null): GateReport {
  if (declared === null || report.sha256 === '' || report.sha256 === declared) return report
  const mismatch: Finding = {
    code: 'digest_mismatch',
    place: '',
    detail: `sha256 is ${report.sha256}, ${declared} was announced`,
  }
  return { ...report, findings: [...report.findings, mismatch] }
}
