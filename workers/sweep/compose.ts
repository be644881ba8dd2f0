import { createScanLine } from '#shared/queue/scan-line.ts'
import { checkRedis } from '#shared/redis/check-redis.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createUploadIndex } from '#shared/redis/upload-index.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import type { Lifecycle } from '#shared/runtime/lifecycle.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { createPlacement } from '#shared/storage/placement.ts'
import { checkRoot } from '#shared/storage/root.ts'
import { createUploadFiles } from '#shared/storage/upload-files.ts'
import { createFinishUpload } from '#shared/uploads/finish-upload.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import type { SweepConfig } from './config.ts'
import { createSweep } from './sweep-uploads.ts'
import { startSweepWorker } from './sweep-worker.ts'

export async function composeSweep(config: SweepConfig, log: Logger, life: Lifecycle): Promise<void> {
  const layout = createLayout(config.uploadRoot)
  await checkRoot(layout)
  const keys = createKeys(config.redisPrefix)
  const connect = (role: 'command' | 'worker' | 'subscriber') => {
    const redis = connectRedis(config.redis, role, log)
    life.onStop(`redis ${role}`, async () => redis.disconnect())
    return redis
  }
  const redis = connect('command')
  await checkRedis(redis, log)
  const blocking = connect('worker')
  const locks = createUploadLocks({ redis, subscriber: connect('subscriber'), keys, log })
  await locks.listen()
  const line = createScanLine({ redis, keys, log, ...config.scanLine })
  life.onStop('scan queue', () => line.close())

  const now = () => new Date()
  const index = createUploadIndex({ redis, keys })
  const files = createUploadFiles(layout)
  const removeUpload = createRemoveUpload({ files, placement: createPlacement(layout), index, now })
  const finish = createFinishUpload({ files, index, locks, line, now, log })
  const sweep = createSweep({ index, files, line, locks, finish, removeUpload, rules: config, log })
  life.onStop(
    'sweep',
    await startSweepWorker({ producer: redis, blocking, keys, log, intervalMs: config.intervalMs, sweep }),
  )
}
