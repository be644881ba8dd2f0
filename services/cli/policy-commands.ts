import { resolve } from 'node:path'
import { loadPolicy } from '#shared/config/policy.ts'
import { policyFileOf, sitePolicyFileOf } from '#shared/domain/policy-file.ts'
import { DEFAULT_SITE_POLICY, resolvePolicy, type SitePolicy } from '#shared/domain/site-policy.ts'
import type { CliContext } from './cli-context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'

/** The site's policy; throws BadPolicy. */
export const policyOf = (file: string | null, { cwd }: CliContext): SitePolicy =>
  file === null ? DEFAULT_SITE_POLICY : loadPolicy(resolve(cwd, file))

export function runPolicyCheck(file: string, context: CliContext): ExitCode {
  const { base, groups } = policyOf(file, context)
  const names = groups.map(({ name }) => name).join(', ')
  context.say(`${file}: good, version ${base.version}${names === '' ? '' : `, groups: ${names}`}`)
  return EXIT.clean
}

/** Without groups the whole file, every default filled in; with groups the rules for an owner who is in them. */
export function runPolicyShow(file: string | null, groups: readonly string[], context: CliContext): ExitCode {
  const site = policyOf(file, context)
  const shown = groups.length === 0 ? sitePolicyFileOf(site) : policyFileOf(resolvePolicy(site, groups))
  context.say(JSON.stringify(shown, null, 2))
  return EXIT.clean
}
