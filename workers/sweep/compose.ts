import { createScanLine } from '#shared/queue/scan-line.ts'
import { checkRedis } from '#shared/redis/check-redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import type { Lifecycle } from '#shared/runtime/lifecycle.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { checkRoot } from '#shared/storage/root.ts'
import { composeUploads, noteNewSite } from '#shared/uploads/compose-uploads.ts'
import { createFinishUpload } from '#shared/uploads/finish-upload.ts'
import { createRebuild } from '#shared/uploads/rebuild/rebuild.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { createActions } from './actions.ts'
import type { SweepConfig } from './config.ts'
import { createFoldRecords } from './fold-records.ts'
import { startLeader } from './leader.ts'
import { createLookAtDisk } from './look-at-disk.ts'
import { createRebuildLost } from './rebuild-lost.ts'
import { createReconcile } from './reconcile.ts'
import { createSweep } from './sweep-uploads.ts'

export async function composeSweep(config: SweepConfig, log: Logger, life: Lifecycle): Promise<void> {
  const layout = createLayout(config.uploadRoot)
  await checkRoot(layout)
  const keys = createKeys(config.redisPrefix)
  const connect = (role: 'command' | 'subscriber') => {
    const redis = connectRedis(config.redis, role, log)
    life.onStop(`redis ${role}`, async () => redis.disconnect())
    return redis
  }
  const redis = connect('command')
  await checkRedis(redis, log)
  const locks = createUploadLocks({ redis, subscriber: connect('subscriber'), keys, log })
  await locks.listen()
  const line = createScanLine({ redis, keys, log, ...config.scanLine })
  life.onStop('scan queue', () => line.close())

  const now = () => new Date()
  const uploads = composeUploads({ redis, keys, layout })
  await noteNewSite(uploads)
  const actions = createActions(log, uploads.upkeep.addActions)
  const removeUpload = createRemoveUpload({ ...uploads, now, log })
  const finish = createFinishUpload({ ...uploads, locks, line, now, log })
  const sweep = createSweep({ ...uploads, line, locks, finish, removeUpload, rules: config, actions, log })
  const fold = createFoldRecords({ ...uploads, actions })
  const look = { ...uploads, fold, rules: config, actions, log }
  const lookAtStaging = createLookAtDisk({ ...look, entries: uploads.staging.entries, folder: layout.staging })
  const lookAtQuarantine = createLookAtDisk({
    ...look,
    entries: uploads.staging.quarantined,
    folder: layout.quarantine,
  })
  const reconcile = createReconcile({ ...uploads, ...config, lookAtStaging, lookAtQuarantine, actions, log })
  const rebuild = createRebuild({ ...uploads, line, removeUpload, log })
  const leader = startLeader({
    locks,
    isBuilt: uploads.upkeep.isBuilt,
    rebuild: createRebuildLost({ rebuild, retentionMs: config.retentionMs, actions, log }),
    sweep: async (guard) => {
      await sweep(guard)
      await actions.flush()
    },
    reconcile: async (guard) => {
      await sweep(guard, true)
      await reconcile(guard)
      await actions.flush()
    },
    intervalMs: config.intervalMs,
    reconcileMs: config.reconcileMs,
    log,
  })
  life.onStop('sweep', () => leader.stop())
}
