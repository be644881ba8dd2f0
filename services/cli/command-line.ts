import { parseArgs } from 'node:util'
import { type ClamdAddress, parseClamdUrl } from '#shared/config/clamd.ts'
import type { Env } from '#shared/config/env.ts'
import type { RebuildCommand } from './rebuild-command.ts'

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'policy check'; readonly file: string }
  | { readonly name: 'policy show'; readonly policyFile: string | null; readonly groups: readonly string[] }
  | ScanCommand
  | RebuildCommand
export type ScanCommand = {
  readonly name: 'scan'
  readonly policyFile: string | null
  readonly groups: readonly string[]
  readonly json: boolean
  readonly sha256: string | null
  readonly clamd: ClamdAddress | null
  readonly paths: readonly string[]
}

/** A command line that cannot be carried out; the message says what would be right. */
export class UsageError extends Error {}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  policy: { type: 'string' },
  group: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  sha256: { type: 'string' },
  clamd: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const
type Values = ReturnType<typeof parse>['values']

const ALLOWED: Readonly<Record<string, readonly (keyof typeof OPTIONS)[]>> = {
  scan: ['policy', 'group', 'json', 'sha256', 'clamd'],
  rebuild: ['dry-run', 'json'],
  'policy check': [],
  'policy show': ['policy', 'group'],
}

export function parseCommandLine(args: readonly string[], env: Env): Command {
  const { values, positionals } = parse(args)
  if (values.help === true || (positionals.length === 0 && args.length === 0)) return { name: 'help' }
  const words = positionals[0] === 'policy' ? 2 : 1
  const name = positionals.slice(0, words).join(' ')
  const rest = positionals.slice(words)
  const allowed = ALLOWED[name]
  if (allowed === undefined) throw new UsageError('The commands are scan, rebuild, policy check and policy show')
  for (const option of Object.keys(values) as (keyof typeof OPTIONS)[]) {
    if (!allowed.includes(option)) throw new UsageError(`--${option} is not an option of ${name}`)
  }
  if (name === 'rebuild') return rebuildCommand(values, rest)
  if (name === 'scan') return scanCommand(values, rest, env)
  if (name === 'policy show') return showCommand(values, rest, env)
  const [file, ...more] = rest
  if (file === undefined || more.length > 0) throw new UsageError('policy check needs one FILE')
  return { name: 'policy check', file }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true })
  } catch (cause) {
    throw new UsageError((cause as Error).message.split('. ')[0] ?? '', { cause })
  }
}

const given = (value: string | undefined, fallback: string | undefined): string | null => value || fallback || null

function rebuildCommand(values: Values, rest: readonly string[]): Command {
  if (rest.length > 0) throw new UsageError('rebuild takes no FILE: UPLOAD_ROOT says where the records are')
  return { name: 'rebuild', dryRun: values['dry-run'] ?? false, json: values.json ?? false }
}

function showCommand(values: Values, rest: readonly string[], env: Env): Command {
  if (rest.length > 0) throw new UsageError('policy show takes no FILE: name one with --policy')
  return { name: 'policy show', policyFile: given(values.policy, env.POLICY_FILE), groups: values.group ?? [] }
}

function scanCommand(values: Values, paths: readonly string[], env: Env): ScanCommand {
  if (paths.length === 0) throw new UsageError('scan needs a FILE or FOLDER')
  const sha256 = values.sha256?.toLowerCase() ?? null
  if (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256)) throw new UsageError('--sha256 must be 64 hex digits')
  if (sha256 !== null && paths.length > 1) throw new UsageError('--sha256 goes with a single FILE')
  const url = given(values.clamd, env.CLAMD_URL)
  const clamd = url === null ? null : parseClamdUrl(url)
  if (url !== null && clamd === null)
    throw new UsageError('--clamd and CLAMD_URL must be tcp://host:3310 or unix:///path/of/clamd.ctl')
  const policyFile = given(values.policy, env.POLICY_FILE)
  return { name: 'scan', policyFile, groups: values.group ?? [], json: values.json ?? false, sha256, clamd, paths }
}
