import { type Policy, SEVERITY_KEYS } from './policy.ts'
import { BUDGET_RULES } from './policy-rules.ts'
import type { PartialRules, SitePolicy } from './site-policy.ts'
import { severityByKey } from './verdict.ts'

/** A policy as a policy file would say it, nothing left out. */
export const policyFileOf = (policy: Policy) => ({
  version: policy.version,
  severities: Object.fromEntries(SEVERITY_KEYS.map((key) => [key, severityByKey(key, policy)])),
  budgets: budgetsOf(policy.budgets),
  allow_native: [...policy.allowNative],
  antivirus: { max_bytes: policy.antivirus.maxBytes, above_limit: policy.antivirus.aboveLimit },
})

/** The same for a whole file: the groups say only what is different for them. */
export const sitePolicyFileOf = ({ base, groups }: SitePolicy) => ({
  ...policyFileOf(base),
  groups: Object.fromEntries(groups.map(({ name, rules }) => [name, partialFileOf(rules)])),
})

const partialFileOf = ({ severities, budgets, allowNative, antivirus }: PartialRules) => ({
  severities,
  budgets: budgetsOf(budgets),
  ...(allowNative === undefined ? {} : { allow_native: [...allowNative] }),
  antivirus: {
    ...(antivirus.maxBytes === undefined ? {} : { max_bytes: antivirus.maxBytes }),
    ...(antivirus.aboveLimit === undefined ? {} : { above_limit: antivirus.aboveLimit }),
  },
})

const budgetsOf = (budgets: PartialRules['budgets']) =>
  Object.fromEntries(
    Object.entries(BUDGET_RULES).flatMap(([name, { key }]) =>
      budgets[key] === undefined ? [] : [[name, budgets[key]]],
    ),
  )
