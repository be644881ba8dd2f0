import { Emitter } from '@socket.io/redis-emitter'
import { type EventData, PROGRESS_EVENT, type ProgressMessage } from '../contracts/events.ts'
import { LIMITS } from '../domain/limits.ts'
import { createThrottle } from '../runtime/throttle.ts'
import type { Keys } from './keys.ts'
import type { RedisClient } from './redis-client.ts'

export type ProgressPublisher = ReturnType<typeof createProgressPublisher>

type ProgressPublisherDeps = {
  readonly redis: RedisClient
  readonly keys: Keys
  readonly now?: () => number
}

/**
 * Sends progress to every realtime process, at most 4 times a second for one upload and kind; the last value always goes out.
 * Progress may be lost: the caller is never held up, nothing is thrown, and while Redis is away it is dropped, not queued.
 */
export function createProgressPublisher({ redis, keys, now = Date.now }: ProgressPublisherDeps) {
  const publish = (channel: string, message: string) => {
    if (redis.status === 'ready') redis.publish(channel, message).catch(() => undefined)
  }
  const emitter = new Emitter({ publish }, { key: keys.socketIo })
  const throttle = createThrottle<ProgressMessage>(1_000 / LIMITS.progressPerSecond, (message) => {
    emitter.serverSideEmit(PROGRESS_EVENT, message)
  })
  const timestamp = () => new Date(now()).toISOString()

  return {
    upload(data: EventData['upload_progress']): void {
      throttle.offer(`upload ${data.upload_id}`, { type: 'upload_progress', data, timestamp: timestamp(), id: '' })
    },
    scan(data: EventData['scan_progress']): void {
      throttle.offer(`scan ${data.upload_id}`, { type: 'scan_progress', data, timestamp: timestamp(), id: '' })
    },
    close: throttle.close,
  }
}
