import { readCommon } from '#shared/config/common.ts'
import { EnvReader } from '#shared/config/env.ts'
import { readRetention } from '#shared/config/retention.ts'
import { readScanLine } from '#shared/config/scan-line.ts'
import { createScanLine } from '#shared/queue/scan-line.ts'
import { checkRedis } from '#shared/redis/check-redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { composeUploads } from '#shared/uploads/compose-uploads.ts'
import { createRebuild } from '#shared/uploads/rebuild/rebuild.ts'
import type { RebuildReport } from '#shared/uploads/rebuild/report.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import type { CliContext } from './cli-context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { printable } from './words.ts'

export type RebuildCommand = { readonly name: 'rebuild'; readonly dryRun: boolean; readonly json: boolean }

function readConfig(read: EnvReader) {
  const config = { ...readCommon(read), ...readRetention(read), scanLine: readScanLine(read) }
  read.finish()
  return config
}

/** Makes the index in Redis what the disk says; the processes of the site may run meanwhile. */
export async function runRebuild({ dryRun, json }: RebuildCommand, context: CliContext): Promise<ExitCode> {
  const config = readConfig(new EnvReader(context.env))
  const log = createLogger('cli', 'silent')
  const keys = createKeys(config.redisPrefix)
  const redis = connectRedis(config.redis, 'command', log)
  try {
    await checkRedis(redis, log)
    const uploads = composeUploads({ redis, keys, layout: createLayout(config.uploadRoot) })
    const line = createScanLine({ redis, keys, log, ...config.scanLine })
    const removeUpload = createRemoveUpload({ ...uploads, now: () => new Date(), log })
    const rebuild = createRebuild({ ...uploads, line, removeUpload, log })
    const guard = () => context.signal.throwIfAborted()
    const report = await rebuild({ dryRun, retentionMs: config.retentionMs, now: Date.now(), guard })
    await line.close()
    context.say(json ? JSON.stringify(report) : formatReport(report, dryRun))
    for (const problem of json ? [] : report.problems) context.warn(`airlock: ${printable(problem)}`)
    return exitCodeOf(report, dryRun)
  } finally {
    redis.disconnect()
  }
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
