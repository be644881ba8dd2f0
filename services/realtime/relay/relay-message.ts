import { isEventId, PROGRESS_EVENT, type ProgressMessage } from '#shared/contracts/events.ts'
import type { StateMessage } from '../event-stream.ts'

/** The server-side event name under which {@link RelayMessage}s travel through the adapter. */
export const RELAY_EVENT = 'airlock:relay'

/**
 * A piece of the stream on its way to every process: the entries after `previous` up to `last`. Without events it is a
 * heartbeat, by which a process that lost earlier messages notices. Repeating one harms nothing.
 */
export type RelayMessage = {
  readonly previous: string
  readonly last: string
  readonly events: readonly StateMessage[]
  /** The stream began anew: every client needs a snapshot. */
  readonly anew?: boolean
}

/** What processes say to one another through the Socket.IO adapter. */
export type ServerSideEvents = {
  [RELAY_EVENT]: (message: RelayMessage) => void
  [PROGRESS_EVENT]: (message: ProgressMessage) => void
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Whether a message of the adapter's channel has the form that delivery relies on; a newer version's may not. */
export const isRelayMessage = (value: unknown): value is RelayMessage =>
  isObject(value) &&
  isEventId(value.previous) &&
  isEventId(value.last) &&
  Array.isArray(value.events) &&
  value.events.every((event) => isEventId(event?.id) && typeof event?.data?.owner === 'string')

/** The same for progress. */
export const isProgressMessage = (value: unknown): value is ProgressMessage =>
  isObject(value) &&
  (value.type === 'upload_progress' || value.type === 'scan_progress') &&
  isObject(value.data) &&
  typeof value.data.owner === 'string'
