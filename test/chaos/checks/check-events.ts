import type { UploadView } from '#shared/contracts/upload-view.ts'
import { isSettled, nextState, UPLOAD_EVENTS, type UploadState } from '#shared/domain/upload-state.ts'
import type { EventFollower, SeenEvent } from '../event-follower.ts'
import type { Journal } from '../journal.ts'

/**
 * A loss this long before or after an event may have lost it, or brought it twice, ms: Redis flushes its file each second, and what was
 * lost is brought back from the disk, step by step, while processes may be frozen.
 */
const SLACK_MS = 30_000

/** The stream tells each step of each upload once, in an order that the state machine knows, and ends where the upload is. */
export function checkEvents(views: readonly UploadView[], { seen }: EventFollower, journal: Journal): void {
  const states = new Map(views.map(({ id, state }) => [id, state]))
  for (const [id, events] of seen) {
    const from = events[0]?.at ?? 0
    const to = events.at(-1)?.at ?? from
    const lost = ['redis', 'flush'].flatMap((kind) => journal.during(kind, from - SLACK_MS, journal.now(), SLACK_MS))
    const touched = lost.some((window) => window.from <= to + SLACK_MS)
    const path = events.map(({ state }) => state).join(' → ')
    const end = states.get(id) ?? 'deleted'
    if (!touched) checkPath(id, events, path, journal)
    journal.count(touched ? 'event paths told around a loss of Redis' : 'event paths checked')
    if (events.at(-1)?.state !== end && !(end === 'deleted' && events.at(-1)?.state === 'expired') && !touched)
      journal.find('the stream ends elsewhere', `${id}: ${path}, but it is ${end}`, id)
  }
  for (const { id, state } of views)
    if (!seen.has(id) && isSettled(state)) journal.count('uploads the stream does not know')
}

function checkPath(id: string, events: readonly SeenEvent[], path: string, journal: Journal): void {
  let state: UploadState | null = null
  for (const event of events) {
    const allowed: boolean = state === null ? event.state === 'receiving' : follows(state, event.state)
    if (!allowed || event.previous !== state) {
      journal.find('the stream tells a step that cannot be', `${id}: ${path} (${event.previous} → ${event.state})`, id)
      return
    }
    state = event.state
  }
}

const follows = (from: UploadState, to: UploadState): boolean =>
  UPLOAD_EVENTS.some((event) => {
    const answer = nextState(from, event)
    return answer.kind === 'step' && answer.to === to
  })
