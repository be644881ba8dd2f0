import { Redis } from 'ioredis'
import { parseStateEvent } from '#shared/contracts/events.ts'
import type { UploadState } from '#shared/domain/upload-state.ts'
import type { Journal } from './journal.ts'

export type SeenEvent = { readonly at: number; readonly state: UploadState; readonly previous: UploadState | null }

export type EventFollower = {
  /** Events of each upload, in the order of the stream. */
  readonly seen: ReadonlyMap<string, readonly SeenEvent[]>
  lastState(id: string): UploadState | undefined
  stop(): Promise<void>
}

const BLOCK_MS = 500

/** Reads the event stream from its begin on, over every restart of Redis. */
export function followEvents(url: string, stream: string, journal: Journal): EventFollower {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 100 })
  redis.on('error', () => undefined)
  const seen = new Map<string, SeenEvent[]>()
  let cursor = '0-0'
  let stopped = false
  const take = (id: string, fields: string[]) => {
    cursor = id
    // What was there before is lost; readers begin anew.
    if (fields[0] === 'anew') return journal.count('index built anew')
    const event = parseStateEvent(id, fields)
    if (event === undefined) return journal.find('an event nobody can read', `${id} ${fields.join(' ')}`)
    const { upload_id, state, previous } = event
    journal.note('stream', `${previous ?? ''} → ${state}`, upload_id)
    seen.set(upload_id, [...(seen.get(upload_id) ?? []), { at: journal.now(), state, previous }])
  }
  const run = async () => {
    while (!stopped) {
      const reply = await redis.xread('COUNT', 500, 'BLOCK', BLOCK_MS, 'STREAMS', stream, cursor).catch(() => null)
      for (const [id, fields] of reply?.[0]?.[1] ?? []) take(id, fields)
    }
  }
  const running = run()
  return {
    seen,
    lastState: (id) => seen.get(id)?.at(-1)?.state,
    async stop() {
      stopped = true
      await running
      redis.disconnect()
    },
  }
}
