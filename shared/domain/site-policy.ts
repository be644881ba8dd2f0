import type { Severity } from './findings.ts'
import {
  type AntivirusRules,
  type Budgets,
  DEFAULT_POLICY,
  type NativeKind,
  type Policy,
  type SeverityKey,
} from './policy.ts'

/** Rules that say only what differs from those below them. */
export type PartialRules = {
  readonly severities: Readonly<Partial<Record<SeverityKey, Severity>>>
  readonly budgets: Readonly<Partial<Budgets>>
  /** Takes the place of the list below it. */
  readonly allowNative: readonly NativeKind[] | undefined
  readonly antivirus: Readonly<Partial<AntivirusRules>>
}

/** A site's whole policy file: rules for all, and what is different for members of some groups. */
export type SitePolicy = {
  readonly base: Policy
  /** In the order of the file. */
  readonly groups: readonly { readonly name: string; readonly rules: PartialRules }[]
}

export const DEFAULT_SITE_POLICY: SitePolicy = Object.freeze({ base: DEFAULT_POLICY, groups: Object.freeze([]) })

/** Lays rules over a policy, key by key. */
export const overlay = (policy: Policy, version: string, rules: PartialRules): Policy => ({
  version,
  severities: { ...policy.severities, ...rules.severities },
  budgets: { ...policy.budgets, ...rules.budgets },
  allowNative: rules.allowNative ?? policy.allowNative,
  antivirus: { ...policy.antivirus, ...rules.antivirus },
})

/**
 * The policy for an owner: the first group of the file that the owner is in, laid over the rules for all. Never more than
 * one group, so that what holds for somebody can be read in two places of the file.
 */
export function resolvePolicy({ base, groups }: SitePolicy, ownersGroups: readonly string[]): Policy {
  const own = groups.find(({ name }) => ownersGroups.includes(name))
  return own === undefined ? base : overlay(base, base.version, own.rules)
}
