import type { UploadView } from '#shared/contracts/upload-view.ts'
import type { UploadState } from '#shared/domain/upload-state.ts'
import type { Uploads } from './uploads.ts'

export type Filter = 'all' | 'underway' | 'complete' | 'quarantined' | 'held'

/** Which states a filter shows; empty: every one. */
export const FILTERS: Readonly<Record<Filter, readonly UploadState[]>> = {
  all: [],
  underway: ['receiving', 'received', 'scanning'],
  complete: ['complete'],
  quarantined: ['quarantined'],
  held: ['held'],
}

export const FILTER_NAMES = Object.keys(FILTERS) as readonly Filter[]

/** What the table is asked to show. `everyone`: an administrator looks at all users. */
export type Query = { readonly filter: Filter; readonly text: string; readonly everyone: boolean }

export const EVERYTHING: Query = { filter: 'all', text: '', everyone: false }

export const isNarrowed = ({ filter, text }: Query): boolean => filter !== 'all' || text !== ''

/** The rows a query shows, newest first. */
export function selectRows(uploads: Uploads, query: Query): readonly UploadView[] {
  const states = FILTERS[query.filter]
  return inScope(uploads, query).filter((upload) => states.length === 0 || states.includes(upload.state))
}

/** How many known uploads each filter would show under the same text and scope. */
export function countByFilter(uploads: Uploads, query: Query): Readonly<Record<Filter, number>> {
  const rows = inScope(uploads, query)
  const count = (filter: Filter) =>
    filter === 'all' ? rows.length : rows.filter(({ state }) => FILTERS[filter].includes(state)).length
  return {
    all: count('all'),
    underway: count('underway'),
    complete: count('complete'),
    quarantined: count('quarantined'),
    held: count('held'),
  }
}

function inScope({ byId, newestFirst, me }: Uploads, { text, everyone }: Query): readonly UploadView[] {
  const wanted = text.trim().toLowerCase()
  return newestFirst.flatMap((id) => {
    const upload = byId.get(id)
    if (upload === undefined || (!everyone && upload.owner !== me)) return []
    const found = wanted === '' || `${upload.job_id}/${upload.path}`.toLowerCase().includes(wanted)
    return found ? [upload] : []
  })
}
