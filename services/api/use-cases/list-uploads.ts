import { type UploadView, uploadView } from '#shared/contracts/upload-view.ts'
import type { UploadState } from '#shared/domain/upload-state.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'

export type ListQuery = {
  /** null: of all users. */
  readonly owner: string | null
  /** Any of these; null: all. */
  readonly states: readonly UploadState[] | null
  readonly job: string | null
  /** Part of the path or of the job, case ignored. */
  readonly text: string | null
  readonly before: string | null
  readonly limit: number
}

export type UploadPage = { readonly uploads: readonly UploadView[]; readonly next_cursor: string | null }

const CHUNK = 200
/** Records one call looks at, at most: a filter that matches little answers with a cursor rather than with all of history. */
const MOST_SEEN = 4_000

/** A page of uploads, newest first. A page may be short or empty and still have a `next_cursor`: more may match further on. */
export const createListUploads = ({ index }: { index: UploadIndex }) =>
  async function listUploads(query: ListQuery): Promise<UploadPage> {
    const uploads: UploadView[] = []
    let cursor = query.before
    for (let seen = 0; seen < MOST_SEEN; seen += CHUNK) {
      const ids = await index.ids(query.owner, cursor, CHUNK)
      for (const { record, received } of await index.getMany(ids)) {
        cursor = record.id
        const view = uploadView(record, received)
        if (!matches(view, query)) continue
        uploads.push(view)
        if (uploads.length === query.limit) return { uploads, next_cursor: cursor }
      }
      if (ids.length < CHUNK) return { uploads, next_cursor: null }
      cursor = ids.at(-1) ?? cursor
    }
    return { uploads, next_cursor: cursor }
  }

const matches = (view: UploadView, { states, job, text }: ListQuery): boolean =>
  (states === null || states.includes(view.state)) &&
  (job === null || view.job_id === job) &&
  (text === null || `${view.job_id}/${view.path}`.toLowerCase().includes(text))
