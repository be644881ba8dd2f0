import { type Antivirus, createAntivirus } from '#shared/antivirus/antivirus.ts'
import { createClamd } from '#shared/antivirus/clamd.ts'
import { BadPolicy } from '#shared/domain/parse-policy.ts'
import { type Decoders, missingDecoders } from '#shared/gate/decoders/decoders.ts'
import { findDecoders } from '#shared/gate/decoders/find-decoders.ts'
import { createScanLine } from '#shared/queue/scan-line.ts'
import { checkRedis } from '#shared/redis/check-redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createDecoderReports } from '#shared/redis/decoder-reports.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { probeRedis } from '#shared/redis/probe-redis.ts'
import { createProgressPublisher } from '#shared/redis/progress-publisher.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import type { Lifecycle } from '#shared/runtime/lifecycle.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { createPolicySource, type PolicySource } from '#shared/scanning/policy-source.ts'
import { createScanFile } from '#shared/scanning/scan-file.ts'
import { createScanPool } from '#shared/scanning/scan-pool.ts'
import { createAssemblyFiles } from '#shared/storage/assembly-files.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { checkRoot } from '#shared/storage/root.ts'
import { composeUploads } from '#shared/uploads/compose-uploads.ts'
import { createHoldUpload } from '#shared/uploads/hold-upload.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { createAssembleUpload } from './assemble-upload.ts'
import type { ScanConfig } from './config.ts'
import { reportAntivirus } from './report-antivirus.ts'
import { createScanUpload } from './scan-upload.ts'
import { startScanWorker } from './scan-worker.ts'
import { createSettleOnce } from './settle-once.ts'
import { createSettleUpload } from './settle-upload.ts'

/** Running scans may go on this share of a stop step before they are handed back. */
const GRACE_SHARE = 0.5

export async function composeScan(config: ScanConfig, log: Logger, life: Lifecycle): Promise<void> {
  const policies = createPolicySource(config)
  life.onReload(() => reloadPolicy(policies, log))
  const layout = createLayout(config.uploadRoot)
  await checkRoot(layout)
  const keys = createKeys(config.redisPrefix)
  const redis = connectRedis(config.redis, 'command', log)
  life.onStop('redis', async () => redis.disconnect())
  await checkRedis(redis, log)
  const blocking = connectRedis(config.redis, 'worker', log)
  life.onStop('redis worker', async () => blocking.disconnect())

  const subscriber = connectRedis(config.redis, 'subscriber', log)
  life.onStop('redis subscriber', async () => subscriber.disconnect())
  const locks = createUploadLocks({ redis, subscriber, keys, log })
  await locks.listen()

  const now = () => new Date()
  const { index, files, placement } = composeUploads({ redis, keys, layout })
  const publisher = createProgressPublisher({ redis, keys })
  life.onStop('progress', async () => publisher.close())
  const decoders = await findDecoders(config.decoders)
  logDecoders(decoders, log)
  life.onStop('decoder report', createDecoderReports({ redis, keys, log }).report(missingDecoders(decoders)))
  const pool = createScanPool(config.concurrency, decoders)
  life.onStop('scan processes', () => pool.close())
  await pool.warm()

  const scanFile = createScanFile({ pool, antivirus: composeAntivirus(config, log, life), now })

  const line = createScanLine({ redis, keys, log, ...config.scanLine })
  life.onStop('scan queue', () => line.close())
  const removeUpload = createRemoveUpload({ files, placement, index, now, log })
  const settleNow = createSettleUpload({ files, placement, index, removeUpload, now })
  const settle = createSettleOnce({ files, locks, settle: settleNow })
  const assembly = createAssemblyFiles(layout)
  const assemble = createAssembleUpload({ files, assembly, locks, publisher, now })
  const worker = startScanWorker({
    redis: blocking,
    keys,
    log,
    line,
    concurrency: config.concurrency,
    scanUpload: createScanUpload({ layout, files, index, scanFile, policies, assemble, settle, publisher, now }),
    hold: createHoldUpload({ files, index, now }),
    probe: () => probeRedis(redis, keys),
  })
  life.onStop('scan worker', () => worker.stop(config.stopStepMs * GRACE_SHARE))
  await worker.ready()
}

function composeAntivirus({ clamd: address }: ScanConfig, log: Logger, life: Lifecycle): Antivirus | null {
  if (address === null) return null
  const clamd = createClamd(address)
  const stopping = new AbortController()
  const reported = reportAntivirus(clamd, log, stopping.signal)
  life.onStop('antivirus report', () => {
    stopping.abort()
    return reported
  })
  return createAntivirus(clamd)
}

/** Formats without a decoder are held back, each with its reason: whoever runs the site should know before that. */
function logDecoders(decoders: Decoders, log: Logger): void {
  const missing = missingDecoders(decoders)
  if (missing.length === 0) log.info('all decoders found')
  else log.warn({ missing }, 'decoders missing: these formats cannot be looked into')
}

/** A bad file changes nothing: what was in force stays so. */
function reloadPolicy(policies: PolicySource, log: Logger): void {
  try {
    policies.reload()
    log.info({ policyVersion: policies.version() }, 'policy reloaded')
  } catch (err) {
    const problems = err instanceof BadPolicy ? err.problems : []
    log.error({ err, problems, policyVersion: policies.version() }, 'policy not reloaded')
  }
}
