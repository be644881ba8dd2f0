import type { QuotaView } from '#shared/contracts/events.ts'
import type { UploadView } from '#shared/contracts/upload-view.ts'
import { FILTERS, type Query } from '../core/query.ts'
import { parseRefusal, type Refusal } from '../core/refusal.ts'

export const PAGE_ROWS = 100

/** An answer that was not 2xx, or none (status 0). */
export class ApiRefused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.message || `status ${refusal.status}`, options)
    this.name = 'ApiRefused'
    this.refusal = refusal
  }
}

export type ListAnswer = { readonly uploads: readonly UploadView[]; readonly next_cursor: string | null }
export type Api = ReturnType<typeof createApi>

/** The REST side of the API as one user. `onSignedOut` is called when the server no longer takes the token. */
export function createApi({ token, onSignedOut }: { token: () => string; onSignedOut: () => void }) {
  const ask = async (method: string, path: string, signal?: AbortSignal): Promise<Response> => {
    const shown = token()
    const init = {
      method,
      headers: { Authorization: `Bearer ${shown}` },
      ...(signal === undefined ? {} : { signal }),
    }
    const answer = await fetch(`/api/v2/files/${path}`, init).catch((cause: unknown) => {
      if (signal?.aborted) throw cause
      throw new ApiRefused({ status: 0, code: 'unreachable', message: '' }, { cause })
    })
    if (answer.ok) return answer
    // Unless the portal has renewed it meanwhile.
    if (answer.status === 401 && shown === token()) onSignedOut()
    throw new ApiRefused(parseRefusal(answer.status, await answer.text().catch(() => '')))
  }
  return {
    list: async (query: Query, cursor: string | null, signal?: AbortSignal): Promise<ListAnswer> =>
      (await (await ask('GET', `uploads?${listParameters(query, cursor)}`, signal)).json()) as ListAnswer,
    quota: async (): Promise<QuotaView> => (await (await ask('GET', 'quota')).json()) as QuotaView,
    remove: async (id: string): Promise<void> => {
      await ask('DELETE', `uploads/${id}`)
    },
    /** A URL that downloads without a header, for a short while: the browser streams it to disk by itself. */
    ticket: async (id: string): Promise<string> =>
      ((await (await ask('POST', `uploads/${id}/ticket`)).json()) as { url: string }).url,
  }
}

function listParameters({ filter, text, everyone }: Query, cursor: string | null) {
  const parameters = new URLSearchParams({ limit: String(PAGE_ROWS) })
  if (cursor !== null) parameters.set('cursor', cursor)
  const states = FILTERS[filter]
  if (states.length > 0) parameters.set('state', states.join(','))
  if (text.trim() !== '') parameters.set('q', text.trim())
  if (everyone) parameters.set('user', '*')
  return parameters
}
