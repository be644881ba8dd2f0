import { isAllowedNative } from './finding-kinds.ts'
import { ENCRYPTED, type Policy } from './policy.ts'
import { type GateReport, severityByKey } from './verdict.ts'

/**
 * The policy to judge a file by. The gate ends at the first finding whose code means quarantine; where a policy is finer than
 * the code it has to go on, and {@link decideVerdict} decides by the policy itself.
 */
export function gatePolicy(policy: Policy): Policy {
  const encryptedPasses = severityByKey(ENCRYPTED, policy) !== 'quarantine'
  const nativePasses = policy.allowNative.length > 0
  return {
    ...policy,
    severities: {
      ...policy.severities,
      ...(encryptedPasses && { not_inspectable: softened('not_inspectable', policy) }),
      ...(nativePasses && { executable: softened('executable', policy) }),
    },
  }
}

function softened(code: 'not_inspectable' | 'executable', policy: Policy) {
  const severity = severityByKey(code, policy)
  return severity === 'quarantine' ? 'warning' : severity
}

/** Compiled code that the policy lets in is a finding of its own; `path` is the file's inside its job. */
export function withNativeAllowed(report: GateReport, path: string, { allowNative }: Policy): GateReport {
  const findings = report.findings.map((finding) =>
    isAllowedNative(finding, path, allowNative) ? { ...finding, code: 'allowed_native_code' as const } : finding,
  )
  return { ...report, findings }
}
