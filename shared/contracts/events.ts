import { isSafeOwner, isUploadId } from '../domain/names.ts'
import { isUploadState, type UploadState } from '../domain/upload-state.ts'
import type { UploadView } from './upload-view.ts'

/** What every message to a browser looks like, on Socket.IO and on plain /ws alike. */
export type Envelope<Type extends EventType = EventType> = {
  readonly type: Type
  readonly data: EventData[Type]
  /** RFC 3339 UTC. */
  readonly timestamp: string
  /** Stream id (`ms-seq`) for `upload_state` and `snapshot`: name it on reconnect as `last_event_id`. Empty for messages that may be lost. */
  readonly id: string
}

export type EventType = 'upload_progress' | 'scan_progress' | 'upload_state' | 'quota' | 'snapshot'

export type EventData = {
  upload_progress: { upload_id: string; owner: string; received: number; length: number | null }
  scan_progress: {
    upload_id: string
    owner: string
    stage: string
    bytes: number
    total: number
    entries: number
    rate: number
  }
  upload_state: {
    upload_id: string
    owner: string
    state: UploadState
    previous: UploadState | null
    upload: UploadView
  }
  quota: QuotaView
  snapshot: { uploads: readonly UploadView[]; quota: QuotaView; complete: boolean }
}

/** Bytes. `limit` null: no quota. `used` lies on disk or in quarantine, `reserved` is promised to uploads on their way. */
export type QuotaView = {
  readonly owner: string
  readonly used: number
  readonly reserved: number
  readonly limit: number | null
}

/** A message that may be lost: it goes straight through the Socket.IO adapter to every realtime process. */
export type ProgressMessage = Envelope<'upload_progress'> | Envelope<'scan_progress'>

/** The server-side event name under which {@link ProgressMessage}s travel through the adapter. */
export const PROGRESS_EVENT = 'airlock:progress'

/** One entry of the event stream, as the step script writes it: `id` is the stream id, `upload` the JSON of the public view. */
export type StateEvent = {
  readonly id: string
  readonly owner: string
  readonly upload_id: string
  readonly state: UploadState
  readonly previous: UploadState | null
  readonly at: string
  readonly upload: UploadView
}

/** Parses a stream entry; undefined for an entry that is not one of ours (a newer version's, say): it is passed over. */
export function parseStateEvent(id: string, fields: readonly string[]): StateEvent | undefined {
  const map = new Map<string, string>()
  for (let i = 0; i + 1 < fields.length; i += 2) map.set(fields[i] ?? '', fields[i + 1] ?? '')
  const owner = map.get('owner')
  const uploadId = map.get('upload_id')
  const state = map.get('state')
  const previous = map.get('previous') ?? ''
  if (!isSafeOwner(owner) || !isUploadId(uploadId) || !isUploadState(state)) return undefined
  if (previous !== '' && !isUploadState(previous)) return undefined
  try {
    const upload = JSON.parse(map.get('upload') ?? '') as UploadView
    return {
      id,
      owner,
      upload_id: uploadId,
      state,
      previous: previous === '' ? null : previous,
      at: map.get('at') ?? '',
      upload,
    }
  } catch {
    return undefined
  }
}

/** Compares two stream ids (`ms-seq`): negative if `a` came first. Redis orders them by number, not by text. */
export function compareEventIds(a: string, b: string): number {
  const [aMs = '0', aSeq = '0'] = a.split('-')
  const [bMs = '0', bSeq = '0'] = b.split('-')
  return Number(aMs) - Number(bMs) || Number(aSeq) - Number(bSeq)
}

/** Whether a client's `last_event_id` has the form of a stream id. */
export const isEventId = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{1,15}-\d{1,10}$/.test(value)
