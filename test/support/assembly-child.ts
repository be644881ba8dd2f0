import { isFinal } from '#shared/domain/final-record.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys } from '#shared/redis/keys.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { createAssemblyFiles } from '#shared/storage/assembly-files.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { createUploadFiles } from '#shared/storage/upload-files.ts'
import { createAssembleUpload } from '../../workers/scan/assemble-upload.ts'

/** The worker's first stage in a process of its own, to be killed: `root redis-url prefix owner id stop-at`; at so many bytes it stands still. */
const [root = '', url = '', prefix = '', owner = '', id = '', stopAt = ''] = process.argv.slice(2)
const log = createLogger('test', 'silent')
const redis = connectRedis(url, 'command', log)
const subscriber = connectRedis(url, 'subscriber', log)
const locks = createUploadLocks({ redis, subscriber, keys: createKeys(prefix), log })
await locks.listen()
const layout = createLayout(root)
const files = createUploadFiles(layout)
const record = await files.readRecord({ owner, id })
if (record === undefined || !isFinal(record)) throw new Error('no such final')
/** Nothing goes on in this thread. */
function scan({ bytes }: { bytes: number }): void {
  if (bytes >= Number(stopAt)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}
const assemble = createAssembleUpload({
  ...{ files, assembly: createAssemblyFiles(layout), locks, publisher: { scan } },
  ...{ now: () => new Date(), checkpointBytes: 8 * 1024 * 1024 },
})
await assemble(record, new AbortController().signal)
redis.disconnect()
subscriber.disconnect()
