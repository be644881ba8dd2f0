import { loadPolicy, type PolicyConfig } from '../config/policy.ts'
import type { Policy } from '../domain/policy.ts'
import { resolvePolicy, type SitePolicy } from '../domain/site-policy.ts'

export type PolicySource = ReturnType<typeof createPolicySource>

/** The policy in force; a scan keeps the one it began with. */
export function createPolicySource({ policyFile, policy }: PolicyConfig) {
  let current: SitePolicy = policy
  return {
    policyFor: (groups: readonly string[]): Policy => resolvePolicy(current, groups),
    version: (): string => current.base.version,
    /** Reads the file again; throws, and keeps what was in force, if it is not good. */
    reload(): void {
      if (policyFile !== null) current = loadPolicy(policyFile)
    },
  }
}
