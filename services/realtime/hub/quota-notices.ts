import { isGone } from '#shared/domain/upload-state.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { createThrottle } from '#shared/runtime/throttle.ts'
import type { StateMessage } from '../event-stream.ts'
import { Outgoing } from './outgoing.ts'

/** An owner's clients hear of their quota at most this often, ms. */
const EVERY_MS = 1_000

type QuotaNoticesDeps = {
  readonly index: UploadIndex
  readonly quotaBytes: number | null
  readonly send: (owner: string, message: Outgoing) => void
  readonly log: Logger
}

/** Tells owners what their quota is after events that change it. */
export function createQuotaNotices({ index, quotaBytes, send, log }: QuotaNoticesDeps) {
  const notify = async (owner: string) => {
    try {
      const data = await index.quota(owner, quotaBytes)
      send(owner, new Outgoing({ type: 'quota', data, timestamp: new Date().toISOString(), id: '' }))
    } catch (err) {
      log.debug({ err }, 'quota notice dropped')
    }
  }
  const throttle = createThrottle<string>(EVERY_MS, (owner) => void notify(owner))
  return {
    after({ data }: StateMessage): void {
      if (changesQuota(data)) throttle.offer(data.owner, data.owner)
    },
    close: throttle.close,
  }
}

/** Bytes are reserved at the creation, counted from the last byte on, and given back when the upload is gone. */
const changesQuota = ({ state, previous }: StateMessage['data']): boolean =>
  previous === null || previous === 'receiving' || isGone(state)
