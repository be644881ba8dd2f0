import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { readCommon } from '#shared/config/common.ts'
import { EnvReader } from '#shared/config/env.ts'
import { readRetention } from '#shared/config/retention.ts'
import { readScanLine } from '#shared/config/scan-line.ts'
import { createScanLine } from '#shared/queue/scan-line.ts'
import { checkRedisNow } from '#shared/redis/check-redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { composeUploads } from '#shared/uploads/compose-uploads.ts'
import { createRebuild } from '#shared/uploads/rebuild/rebuild.ts'
import type { RebuildReport } from '#shared/uploads/rebuild/report.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import type { CliContext } from './cli-context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { printable } from './words.ts'

const SILENT = createLogger('cli', 'silent')

export type RebuildCommand = { readonly name: 'rebuild'; readonly dryRun: boolean; readonly json: boolean }

function readConfig(read: EnvReader) {
  const config = { ...readCommon(read), ...readRetention(read), scanLine: readScanLine(read) }
  read.finish()
  return config
}
type Config = ReturnType<typeof readConfig>

/** Redis has to answer within this time, ms. */
const PATIENCE_MS = 8_000
/** What is under way may end in order within this time after a signal, ms. */
const GRACE_MS = 2_000

/** Makes the index in Redis what the disk says; the processes of the site may run meanwhile. */
export async function runRebuild(command: RebuildCommand, context: CliContext): Promise<ExitCode> {
  const config = readConfig(new EnvReader(context.env))
  const redis = connectRedis(config.redis, 'command', SILENT)
  try {
    const report = await untilStopped(rebuildBy(redis, config, command, context), context.signal)
    return tell(report, command, context)
  } finally {
    redis.disconnect()
  }
}

async function rebuildBy(redis: RedisClient, config: Config, { dryRun }: RebuildCommand, { signal }: CliContext) {
  await Promise.race([checkRedisNow(redis, SILENT, PATIENCE_MS), stopped(signal, 0)])
  const keys = createKeys(config.redisPrefix)
  const uploads = composeUploads({ redis, keys, layout: createLayout(config.uploadRoot) })
  const line = createScanLine({ redis, keys, log: SILENT, ...config.scanLine })
  const removeUpload = createRemoveUpload({ ...uploads, now: () => new Date(), log: SILENT })
  const rebuild = createRebuild({ ...uploads, line, removeUpload, log: SILENT })
  const guard = () => signal.throwIfAborted()
  const report = await rebuild({ dryRun, retentionMs: config.retentionMs, now: Date.now(), guard })
  await line.close()
  return report
}

/** A disk or a Redis that hangs must not keep the command from ending. */
const untilStopped = <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  Promise.race([work, stopped(signal, GRACE_MS)])

async function stopped(signal: AbortSignal, graceMs: number): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort')
  await pause(graceMs)
  throw new Error('Cannot finish the rebuild: it was interrupted; run it again')
}

function tell(report: RebuildReport, { dryRun, json }: RebuildCommand, context: CliContext): ExitCode {
  context.say(json ? JSON.stringify(report) : formatReport(report, dryRun))
  for (const problem of json ? [] : report.problems) context.warn(`airlock: ${printable(problem)}`)
  return exitCodeOf(report, dryRun)
}

/** A dry run may find the index not whole: that is what it is asked for. */
function exitCodeOf({ built, damaged }: RebuildReport, dryRun: boolean): ExitCode {
  if (!built && !dryRun) return EXIT.held
  return damaged > 0 ? EXIT.warnings : EXIT.clean
}

function formatReport(report: RebuildReport, dryRun: boolean): string {
  const { records, ledgerLines, restored, replaced, present, queued, losers, quotas, damaged, built, ms } = report
  const would = dryRun ? 'would be ' : ''
  return [
    `${records} records and ${ledgerLines} ledger lines read in ${(ms / 1_000).toFixed(1)} s${dryRun ? ' (dry run: nothing is changed)' : ''}`,
    `  ${restored} ${would}put back, ${replaced} ${would}replaced by what the disk says, ${present} were there`,
    `  ${queued} scan jobs ${would}put back, ${quotas} quotas ${dryRun ? 'are wrong' : 'put right'}, ${losers} replaced uploads removed`,
    `  ${damaged} could not be used${damaged > 0 && !dryRun ? ' (set aside; their bytes are kept)' : ''}`,
    built ? 'The index is whole.' : 'The index is not whole.',
  ].join('\n')
}
