import { availableParallelism } from 'node:os'
import { createAntivirus } from '#shared/antivirus/antivirus.ts'
import { createClamd } from '#shared/antivirus/clamd.ts'
import { resolvePolicy } from '#shared/domain/site-policy.ts'
import { findDecoders } from '#shared/gate/decoders/find-decoders.ts'
import { createScanFile, type ScanFile } from '#shared/scanning/scan-file.ts'
import { createScanPool } from '#shared/scanning/scan-pool.ts'
import type { CliContext } from './cli-context.ts'
import type { ScanCommand } from './command-line.ts'
import { EXIT, type ExitCode, exitCodeOf, type FileResult, heavier } from './exit-codes.ts'
import { formatJson, formatResult, formatSummary, statusOf } from './format-result.ts'
import { mapInOrder } from './map-in-order.ts'
import { policyOf } from './policy-commands.ts'
import { checkPaths, type Walked, walkFiles } from './walk-files.ts'
import { languageOf, printable, WORDS } from './words.ts'

/** More than this does not help: the disk, or the memory of as many scan processes, is the bound. */
const MOST_AT_ONCE = 4

type Judged = FileResult | Extract<Walked, { kind: 'skipped' }>

/** Judges local files with the engine, the processes and the deadlines of the scan worker. */
export async function runScan(command: ScanCommand, context: CliContext): Promise<ExitCode> {
  const site = policyOf(command.policyFile, context)
  await checkPaths(command.paths, context.cwd, command.sha256 !== null)
  const width = Math.min(MOST_AT_ONCE, availableParallelism())
  const decoders = await findDecoders({ path: context.env.PATH, folder: context.env.DECODER_PATH || null })
  const pool = createScanPool(width, decoders)
  const antivirus = command.clamd === null ? null : createAntivirus(createClamd(command.clamd))
  const scanFile = createScanFile({ pool, antivirus, now: () => new Date() })
  const policy = resolvePolicy(site, command.groups)
  const judge = (walked: Walked) => judgeOne(walked, { scanFile, policy, sha256: command.sha256, context })
  try {
    return await report(mapInOrder(walkFiles(command.paths, context.cwd), width, judge), command, context)
  } finally {
    await pool.close()
  }
}

type JudgeParts = {
  readonly scanFile: ScanFile
  readonly policy: ReturnType<typeof resolvePolicy>
  readonly sha256: string | null
  readonly context: CliContext
}

async function judgeOne(walked: Walked, { scanFile, policy, sha256, context }: JudgeParts): Promise<Judged> {
  if (walked.kind === 'skipped') return walked
  if (walked.kind === 'unreadable') return { kind: 'held', path: walked.path, reason: walked.why }
  const { path, file, size } = walked
  const wanted = { file, path, size, declaredSha256: sha256, policy }
  try {
    const verdict = await scanFile(wanted, { signal: context.signal, onProgress: () => undefined })
    return { kind: 'verdict', path, size, verdict }
  } catch (error) {
    if (context.signal.aborted) throw error
    return { kind: 'held', path, reason: error instanceof Error ? error.message : String(error) }
  }
}

async function report(results: AsyncIterable<Judged>, command: ScanCommand, context: CliContext): Promise<ExitCode> {
  const language = languageOf(context.env)
  const counts = new Map<ReturnType<typeof statusOf>, number>()
  let exit: ExitCode = EXIT.clean
  for await (const result of results) {
    if (result.kind === 'skipped') {
      context.warn(`${WORDS.skipped[language]}: ${printable(result.path)}: ${result.why}`)
      continue
    }
    context.say(command.json ? formatJson(result) : formatResult(result, language))
    exit = heavier(exit, exitCodeOf(result))
    counts.set(statusOf(result), (counts.get(statusOf(result)) ?? 0) + 1)
  }
  if (!command.json && [...counts.values()].reduce((sum, count) => sum + count, 0) !== 1)
    context.say(`\n${formatSummary(counts, language)}`)
  return exit
}
