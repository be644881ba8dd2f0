import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { Lifecycle } from '#shared/runtime/lifecycle.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { EventStream } from '../event-stream.ts'
import { createCatchUp } from './catch-up.ts'
import { Hub } from './hub.ts'
import { createQuotaNotices } from './quota-notices.ts'
import { snapshotReader } from './snapshot.ts'

type HubParts = {
  readonly stream: EventStream
  readonly index: UploadIndex
  readonly quotaBytes: number | null
  readonly onGap: () => void
  readonly log: Logger
  readonly life: Lifecycle
}

/** The hub with what it reads from Redis. */
export function composeHub({ stream, index, quotaBytes, onGap, log, life }: HubParts): Hub {
  const ending = new AbortController()
  const catchUp = createCatchUp({ stream, readSnapshot: snapshotReader({ index, quotaBytes }), log })
  const notices = createQuotaNotices({ index, quotaBytes, log, send: (owner, message) => hub.notify(owner, message) })
  const lastEventId = () => index.lastEventId()
  const hub = new Hub({ stream, catchUp, lastEventId, onEvent: notices.after, onGap, log }, ending.signal)
  life.onStop('hub', async () => {
    ending.abort()
    notices.close()
  })
  return hub
}
