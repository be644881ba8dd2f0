import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { BadPolicy, parsePolicy } from '../domain/parse-policy.ts'
import { DEFAULT_SITE_POLICY, type SitePolicy } from '../domain/site-policy.ts'
import type { EnvReader } from './env.ts'

export type PolicyConfig = {
  /** null: the defaults hold. */
  readonly policyFile: string | null
  readonly policy: SitePolicy
}

/** The site's policy, checked with the rest of the configuration. */
export function readPolicy(read: EnvReader): PolicyConfig {
  const policyFile = read.raw('POLICY_FILE') ?? null
  if (policyFile === null) return { policyFile, policy: DEFAULT_SITE_POLICY }
  try {
    return { policyFile, policy: loadPolicy(policyFile) }
  } catch (error) {
    if (!(error instanceof BadPolicy)) throw error
    for (const problem of error.problems) read.problem(`POLICY_FILE: ${problem}`)
    return { policyFile, policy: DEFAULT_SITE_POLICY }
  }
}

/** Reads and parses a policy file; throws {@link BadPolicy}, also if it cannot be read. */
export function loadPolicy(file: string): SitePolicy {
  const text = readText(file)
  return parsePolicy(text, `sha256-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`)
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error'
    throw new BadPolicy([`the file cannot be read (${code}): it must name a readable JSON file`])
  }
}
