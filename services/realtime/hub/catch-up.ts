import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '#shared/runtime/logger.ts'
import { type EventStream, PAGE_ENTRIES, REPLAY_LIMIT } from '../event-stream.ts'
import type { Client } from './client.ts'
import { Outgoing } from './outgoing.ts'
import type { ReadSnapshot } from './snapshot.ts'

type CatchUpDeps = { readonly stream: EventStream; readonly readSnapshot: ReadSnapshot; readonly log: Logger }

export type CatchUp = (client: Client, lastEventId: string | undefined) => Promise<void>

/** Clients that catch up at once: after a restart all of them come, and Redis has other work as well. */
const AT_ONCE = 16
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 2_000

/**
 * Brings a client from its last event id to the present, then sets it live: what it missed, in order, or a snapshot where
 * that is too long ago. While Redis is away it waits, and the client keeps its socket.
 */
export function createCatchUp(deps: CatchUpDeps): CatchUp {
  const turn = createTurns(AT_ONCE)
  return async (client, lastEventId) => {
    const run = client.hold()
    for (let pauseMs = FIRST_PAUSE_MS; client.isCatchingUp(run); pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        await turn(() => catchUpOnce(deps, client, run, lastEventId))
        return
      } catch (err) {
        deps.log[pauseMs === FIRST_PAUSE_MS ? 'warn' : 'debug']({ err }, 'client cannot catch up yet')
        await pause(pauseMs)
      }
    }
  }
}

async function catchUpOnce(deps: CatchUpDeps, client: Client, run: number, from: string | undefined): Promise<void> {
  if (from === undefined || !(await replay(deps.stream, client, run, from))) {
    if (!client.isCatchingUp(run)) return
    const snapshot = await deps.readSnapshot(client.principal)
    if (client.isCatchingUp(run)) client.snapshot(new Outgoing(snapshot))
  }
  if (client.isCatchingUp(run)) client.goLive()
}

/** Sends what the stream has after `from`; false if it does not reach back that far, or is too much. */
async function replay(stream: EventStream, client: Client, run: number, from: string): Promise<boolean> {
  if (!(await stream.covers(from))) return false
  client.pass(from)
  for (let read = 0; read < REPLAY_LIMIT && client.isCatchingUp(run); read += PAGE_ENTRIES) {
    const page = await stream.between(client.position ?? from, '+', PAGE_ENTRIES)
    if (page.anew) return false
    for (const event of page.events) {
      if (client.principal.isAdmin || client.principal.user === event.data.owner) client.deliver(new Outgoing(event))
    }
    client.pass(page.last)
    if (page.entries < PAGE_ENTRIES) return true
  }
  return false
}

/** At most `limit` works at once, the others wait in line. */
function createTurns(limit: number) {
  const line: (() => void)[] = []
  let free = limit
  return async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => line.push(resolve))
    try {
      return await work()
    } finally {
      const next = line.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
