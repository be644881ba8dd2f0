import type { Envelope, EventData, QuotaView } from '#shared/contracts/events.ts'
import type { UploadView } from '#shared/contracts/upload-view.ts'

export type ScanProgress = EventData['scan_progress']

/** What the page knows: folded from list pages and events, in whatever order they come. */
export type Uploads = {
  readonly me: string
  readonly byId: ReadonlyMap<string, UploadView>
  /** Ids, newest first: they are UUIDv7, so their order is that of creation. */
  readonly newestFirst: readonly string[]
  readonly scans: ReadonlyMap<string, ScanProgress>
  /** Deleted ids, so that a list answered before the deletion does not bring them back. */
  readonly gone: ReadonlySet<string>
  readonly quota: QuotaView | null
}

export type UploadsAction =
  | { readonly kind: 'events'; readonly events: readonly Envelope[] }
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'quota'; readonly quota: QuotaView }
  | { readonly kind: 'removed'; readonly id: string }

/** One page of the list. Where it is `exact` (nothing filtered out), what it lacks inside its range is gone. */
export type Page = {
  readonly uploads: readonly UploadView[]
  /** The last id of the page before, or null for the first page. */
  readonly after: string | null
  readonly last: boolean
  readonly exact: boolean
  /** Whose uploads were asked for; null: everybody's. */
  readonly owner: string | null
}

export const emptyUploads = (me: string): Uploads => ({
  me,
  byId: new Map(),
  newestFirst: [],
  scans: new Map(),
  gone: new Set(),
  quota: null,
})

/** A draft is private to one fold: mutated, then frozen by its type. */
type Draft = {
  readonly me: string
  byId: Map<string, UploadView>
  scans: Map<string, ScanProgress>
  gone: Set<string>
  quota: QuotaView | null
}

export function foldUploads(state: Uploads, action: UploadsAction): Uploads {
  if (action.kind === 'quota') return { ...state, quota: action.quota }
  const draft: Draft = {
    me: state.me,
    byId: new Map(state.byId),
    scans: new Map(state.scans),
    gone: new Set(state.gone),
    quota: state.quota,
  }
  if (action.kind === 'removed') remove(draft, action.id)
  else if (action.kind === 'page') foldPage(draft, action.page)
  else for (const event of action.events) foldEvent(draft, event)
  return { ...draft, newestFirst: order(state, draft.byId) }
}

function foldEvent(draft: Draft, event: Envelope): void {
  if (isType(event, 'snapshot')) foldSnapshot(draft, event.data)
  else if (isType(event, 'upload_state')) put(draft, event.data.upload)
  else if (isType(event, 'quota')) putQuota(draft, event.data)
  else if (isType(event, 'upload_progress')) {
    const known = draft.byId.get(event.data.upload_id)
    if (known?.state === 'receiving' && event.data.received > known.received)
      draft.byId.set(known.id, { ...known, received: event.data.received, length: event.data.length ?? known.length })
  } else if (isType(event, 'scan_progress')) {
    const known = draft.byId.get(event.data.upload_id)
    if (known?.state === 'received' || known?.state === 'scanning') draft.scans.set(known.id, event.data)
  }
}

/** A complete snapshot is all there is; another is only the newest part, and says nothing of the rest. */
function foldSnapshot(draft: Draft, { uploads, quota, complete }: EventData['snapshot']): void {
  if (complete) {
    const kept = new Set(uploads.map((upload) => upload.id))
    for (const id of draft.byId.keys()) if (!kept.has(id)) drop(draft, id)
  }
  for (const upload of uploads) put(draft, upload)
  putQuota(draft, quota)
}

function foldPage(draft: Draft, { uploads, after, last, exact, owner }: Page): void {
  const newest = uploads[0]?.id
  const oldest = last ? '' : uploads.at(-1)?.id
  if (exact && oldest !== undefined && (after ?? newest) !== undefined) {
    const kept = new Set(uploads.map((upload) => upload.id))
    for (const { id, owner: whose } of draft.byId.values()) {
      // What is newer than the first page's first row may have come since it was asked for.
      const inside = id >= oldest && (after === null ? id <= (newest ?? '') : id < after)
      if (inside && !kept.has(id) && (owner === null || owner === whose)) drop(draft, id)
    }
  }
  for (const upload of uploads) put(draft, upload)
}

/** Takes `upload` unless something later is known of it. */
function put(draft: Draft, upload: UploadView): void {
  if (draft.gone.has(upload.id)) return
  const known = draft.byId.get(upload.id)
  if (known !== undefined && known.updated_at > upload.updated_at) return
  if (upload.state === 'deleted') {
    remove(draft, upload.id)
    return
  }
  const ahead = known?.state === 'receiving' && upload.state === 'receiving' && known.received > upload.received
  draft.byId.set(upload.id, ahead ? { ...upload, received: known.received } : upload)
  if (upload.state !== 'received' && upload.state !== 'scanning') draft.scans.delete(upload.id)
}

function putQuota(draft: Draft, quota: QuotaView): void {
  if (quota.owner === draft.me) draft.quota = quota
}

function drop(draft: Draft, id: string): void {
  draft.byId.delete(id)
  draft.scans.delete(id)
}

function remove(draft: Draft, id: string): void {
  drop(draft, id)
  draft.gone.add(id)
}

/** The old order where the ids are the same: most folds only change rows. */
function order(state: Uploads, byId: ReadonlyMap<string, UploadView>): readonly string[] {
  if (byId.size === state.byId.size && state.newestFirst.every((id) => byId.has(id))) return state.newestFirst
  return [...byId.keys()].sort((a, b) => (a < b ? 1 : -1))
}

const isType = <Type extends Envelope['type']>(event: Envelope, type: Type): event is Envelope<Type> =>
  event.type === type
