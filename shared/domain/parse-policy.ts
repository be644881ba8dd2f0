import { AppError } from './errors.ts'
import type { Severity } from './findings.ts'
import { LIMITS } from './limits.ts'
import {
  ABOVE_LIMIT,
  type Budgets,
  DEFAULT_POLICY,
  ENCRYPTED,
  NATIVE_KINDS,
  SEVERITY_KEYS,
  type SeverityKey,
} from './policy.ts'
import { at, PolicyReader, present } from './policy-reader.ts'
import { ANTIVIRUS_MAX_BYTES, BUDGET_RULES, GROUP_PATTERN, SEVERITIES, VERSION_PATTERN } from './policy-rules.ts'
import { overlay, type PartialRules, type SitePolicy } from './site-policy.ts'

/** A policy file that cannot be used: every problem at once. */
export class BadPolicy extends AppError {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      'invalid',
      'bad_policy',
      `Cannot use the policy: ${problems.length} problem${problems.length === 1 ? '' : 's'}`,
    )
    this.problems = problems
  }
}

const RULE_KEYS = ['severities', 'budgets', 'allow_native', 'antivirus']
const FILE_KEYS = ['$schema', 'version', ...RULE_KEYS, 'groups']

/**
 * Parses a policy file. What it does not say is as in {@link DEFAULT_POLICY}; `contentVersion` is its version if it names
 * none. Throws {@link BadPolicy}.
 */
export function parsePolicy(text: string, contentVersion: string): SitePolicy {
  const json = parseJson(text)
  const read = new PolicyReader()
  if (json === undefined || json === null) throw new BadPolicy(['$ must be an object'])
  const file = read.fields(json, '$', FILE_KEYS)
  if (file.$schema !== undefined && typeof file.$schema !== 'string') read.problem('$.$schema', 'must be a text')
  const what = 'a name of 1 to 64 letters, digits and . _ : + @ -'
  const version = read.text(file.version, '$.version', VERSION_PATTERN, what) ?? contentVersion
  const base = overlay(DEFAULT_POLICY, version, readRules(file, '$', read))
  const groups = readGroups(file.groups, read)
  if (read.problems.length > 0) throw new BadPolicy(read.problems)
  return { base, groups }
}

function parseJson(text: string): unknown {
  if (text.length > LIMITS.policyBytes) throw new BadPolicy([`$ must have at most ${LIMITS.policyBytes} characters`])
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    // The message itself may repeat a piece of the file.
    const position = / at position (\d+)/.exec((error as Error).message)?.[1]
    throw new BadPolicy([`$ is not JSON${position === undefined ? '' : `: ${lineAndColumn(text, Number(position))}`}`])
  }
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position).split('\n')
  return `look at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
}

function readGroups(value: unknown, read: PolicyReader): SitePolicy['groups'] {
  return Object.entries(read.map(value, '$.groups')).map(([name, group]) => {
    const path = at('$.groups', name)
    if (!new RegExp(GROUP_PATTERN, 'u').test(name))
      read.problem(path, 'must have a name of 1 to 128 characters that is more than a number')
    return { name, rules: readRules(read.fields(group, path, RULE_KEYS), path, read) }
  })
}

function readRules(fields: Readonly<Record<string, unknown>>, path: string, read: PolicyReader): PartialRules {
  return {
    severities: readSeverities(fields.severities, `${path}.severities`, read),
    budgets: readBudgets(fields.budgets, `${path}.budgets`, read),
    allowNative: read.list(fields.allow_native, `${path}.allow_native`, NATIVE_KINDS),
    antivirus: readAntivirus(fields.antivirus, `${path}.antivirus`, read),
  }
}

function readSeverities(value: unknown, path: string, read: PolicyReader): PartialRules['severities'] {
  const hint = `known are the codes of findings and ${ENCRYPTED}; for antivirus_skipped set antivirus.above_limit`
  const fields = read.fields(value, path, SEVERITY_KEYS, hint)
  const known = SEVERITY_KEYS.flatMap((key): [SeverityKey, Severity][] => {
    const severity = read.choice(fields[key], at(path, key), SEVERITIES)
    return severity === undefined ? [] : [[key, severity]]
  })
  return Object.fromEntries(known)
}

function readBudgets(value: unknown, path: string, read: PolicyReader): Partial<Budgets> {
  const fields = read.fields(value, path, Object.keys(BUDGET_RULES))
  const known = Object.entries(BUDGET_RULES).map(([name, rule]) => [
    rule.key,
    read.integer(fields[name], at(path, name), rule),
  ])
  return present(Object.fromEntries(known))
}

function readAntivirus(value: unknown, path: string, read: PolicyReader): PartialRules['antivirus'] {
  const fields = read.fields(value, path, ['max_bytes', 'above_limit'])
  return present({
    maxBytes: read.integer(fields.max_bytes, `${path}.max_bytes`, ANTIVIRUS_MAX_BYTES),
    aboveLimit: read.choice(fields.above_limit, `${path}.above_limit`, ABOVE_LIMIT),
  })
}
