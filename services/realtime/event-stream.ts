import { compareEventIds, type Envelope, parseStateEvent } from '#shared/contracts/events.ts'
import type { Keys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'

export type StateMessage = Envelope<'upload_state'>

/**
 * A piece of the stream: `last` is the id of its last entry, also where that one is none of ours and passed over. `anew`: the stream
 * begins anew in it (Redis lost its data), and what came before may be missing.
 */
export type Page = {
  readonly events: readonly StateMessage[]
  readonly last: string
  readonly entries: number
  readonly anew: boolean
}

export type EventStream = ReturnType<typeof createEventStream>

/** Entries read to catch up; who is further behind is given a snapshot. */
export const REPLAY_LIMIT = 10_000
/** Entries fetched at once. */
export const PAGE_ENTRIES = 200

type Entry = [id: string, fields: string[]]

/** Reads the event stream. `redis` answers at once; waiting for events goes over the `reader`, which it blocks. */
export function createEventStream({ redis, reader, keys }: { redis: RedisClient; reader: RedisClient; keys: Keys }) {
  return {
    /** Entries after `after`, at most up to `end` (`+`: the newest). */
    async between(after: string, end: string, count: number): Promise<Page> {
      return pageOf(after, await redis.xrange(keys.events, `(${after}`, end, 'COUNT', count))
    },

    /** Waits up to `blockMs` for entries after `after`; an empty page if none come. */
    async wait(after: string, count: number, blockMs: number): Promise<Page> {
      const reply = await reader.xread('COUNT', count, 'BLOCK', blockMs, 'STREAMS', keys.events, after)
      return pageOf(after, reply?.[0]?.[1] ?? [])
    },

    /** Whether everything after `id` is still in the stream: then it can be caught up on. */
    async covers(id: string): Promise<boolean> {
      // What has seen nothing yet lacks nothing as long as the stream is too short to have been trimmed (at 100,000).
      if (id === '0-0') return (await redis.xlen(keys.events)) <= REPLAY_LIMIT
      const [oldest, newest] = await Promise.all([
        redis.xrange(keys.events, '-', '+', 'COUNT', 1),
        redis.xrevrange(keys.events, '+', '-', 'COUNT', 1),
      ])
      const first = oldest[0]?.[0]
      const last = newest[0]?.[0]
      if (first === undefined || last === undefined) return false
      return compareEventIds(first, id) <= 0 && compareEventIds(id, last) <= 0
    },
  }
}

function pageOf(after: string, entries: readonly Entry[]): Page {
  const events = entries.flatMap(([id, fields]) => {
    const event = parseStateEvent(id, fields)
    if (event === undefined) return []
    const { owner, upload_id, state, previous, upload, at } = event
    return [{ type: 'upload_state' as const, data: { upload_id, owner, state, previous, upload }, timestamp: at, id }]
  })
  const anew = entries.some(([, fields]) => fields[0] === 'anew')
  return { events, last: entries.at(-1)?.[0] ?? after, entries: entries.length, anew }
}
