import { setTimeout as pause } from 'node:timers/promises'
import { compareEventIds } from '#shared/contracts/events.ts'
import { withDeadline } from '#shared/runtime/deadline.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { EventStream } from '../event-stream.ts'
import type { RelayLease } from './relay-lease.ts'
import type { RelayMessage } from './relay-message.ts'

/** Who does not have the lease asks for it this often, ms. */
const TAKE_EVERY_MS = 250
/** Without events a heartbeat goes out this often, ms: the longest time a lost message goes unnoticed. */
const HEARTBEAT_MS = 500
/** A blocked read that has not answered by then hangs on a dead connection. */
const READ_LIMIT_MS = HEARTBEAT_MS + 3_000
const BATCH_ENTRIES = 50

export type RelayDeps = {
  readonly lease: RelayLease
  readonly stream: EventStream
  /** Where this process's own delivery stands; resolves once that is known. */
  readonly position: () => Promise<string>
  /** To every process, this one too. Returns after the message is on its way. */
  readonly publish: (message: RelayMessage) => void
  /** Tells all, by the stream, that it begins anew, with an id above `floor`. */
  readonly announce: (floor: string) => Promise<unknown>
  /** Ends the blocked read: the connection is made anew, or for good at the end. */
  readonly abortRead: (reconnect: boolean) => void
  readonly onLeading: (leading: boolean) => void
  readonly log: Logger
}

/**
 * Relays the event stream while this process has the lease:
 *
 *   waiting  → leading   the lease could be taken; go on from the acknowledged cursor, or from where this process stands
 *   leading  → waiting   the lease is somebody else's, or Redis does not answer
 *   any      → stopped   the lease is given back, so that the next takes over at once
 *
 * Two leaders for a moment (one was stopped by the kernel, say) harm nothing: every process delivers by id.
 */
export function startRelay(deps: RelayDeps): { stop(): Promise<void> } {
  const ending = new AbortController()
  const running = run(deps, ending.signal)
  return {
    async stop() {
      ending.abort()
      deps.abortRead(false)
      await running
      await deps.lease.release().catch((err) => deps.log.warn({ err }, 'relay lease not released: it ends by itself'))
    },
  }
}

async function run(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  let failing = false
  while (!signal.aborted) {
    try {
      const cursor = await deps.lease.take()
      failing = false
      if (cursor !== undefined) await lead(deps, cursor, signal)
    } catch (err) {
      if (!failing && !signal.aborted) deps.log.warn({ err }, 'relay interrupted')
      failing = true
    }
    await pause(TAKE_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function lead(deps: RelayDeps, acknowledged: string, signal: AbortSignal): Promise<void> {
  // Processes that stand behind this begin see a gap, and fill it from the stream.
  const position = await deps.position()
  // Redis has forgotten how far the relay was, and so the events too, perhaps. Ids go on above those that clients have seen.
  if (acknowledged === '' && position !== NOTHING_SEEN) await deps.announce(position)
  let cursor = laterOf(acknowledged, position)
  deps.log.info({ cursor }, 'relay leads')
  deps.onLeading(true)
  try {
    while (!signal.aborted) {
      const page = await readNext(deps, cursor)
      deps.publish({ previous: cursor, last: page.last, events: page.events, anew: page.anew })
      cursor = page.last
      if (!(await deps.lease.renew(cursor))) return
    }
  } finally {
    deps.onLeading(false)
    deps.log.info({ cursor }, 'relay led')
  }
}

const NOTHING_SEEN = '0-0'

const laterOf = (a: string, b: string): string => (a !== '' && compareEventIds(a, b) > 0 ? a : b)

async function readNext({ stream, abortRead }: RelayDeps, cursor: string) {
  try {
    return await withDeadline('reading events', READ_LIMIT_MS, () => stream.wait(cursor, BATCH_ENTRIES, HEARTBEAT_MS))
  } catch (error) {
    abortRead(true)
    throw error
  }
}
