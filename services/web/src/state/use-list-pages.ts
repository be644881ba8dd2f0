import { type Dispatch, useCallback, useEffect, useRef, useState } from 'react'
import { isNarrowed, type Query } from '../core/query.ts'
import type { UploadsAction } from '../core/uploads.ts'
import { type Api, PAGE_ROWS } from '../edge/api.ts'

type Deps = {
  readonly api: Api
  readonly user: string
  readonly query: Query
  /** Counts the returns of the live connection: what was missed meanwhile is asked for. */
  readonly returns: number
  /** How many rows the page could show already. */
  readonly known: number
  readonly dispatch: Dispatch<UploadsAction>
}

/** Where the list goes on: after this row. */
type Next = { readonly cursor: string; readonly after: string | null }

const SETTLE_MS = 150

/** Asks for the list, page by page, under the present query. */
export function useListPages({ api, user, query, returns, known, dispatch }: Deps) {
  const [shown, setShown] = useState(PAGE_ROWS)
  const [loading, setLoading] = useState(true)
  /** Undefined before the first answer under this query, null at the end of the list. */
  const [next, setNext] = useState<Next | null>()
  /** The last answer failed, or brought nothing: it takes a click to go on. */
  const [stalled, setStalled] = useState(false)
  const asked = useRef<AbortController>(null)

  const load = useCallback(
    async (from: Next | null) => {
      asked.current?.abort()
      const asking = new AbortController()
      asked.current = asking
      setLoading(true)
      try {
        const { uploads, next_cursor } = await api.list(query, from?.cursor ?? null, asking.signal)
        // A page can be empty and still not the last: the server looks at so many records and no more.
        const after = uploads.at(-1)?.id ?? from?.after ?? null
        const following = next_cursor === null ? null : { cursor: next_cursor, after }
        const owner = query.everyone ? null : user
        const page = { uploads, after: from?.after ?? null, last: following === null, exact: !isNarrowed(query), owner }
        dispatch({ kind: 'page', page })
        // Asking for the first page again does not forget how far down the list had come.
        setNext((before) => (from === null && before !== undefined ? before : following))
        setStalled(uploads.length === 0)
      } catch {
        // The connection's state tells of it; the next event, poll or click fills the table.
        if (!asking.signal.aborted) setStalled(true)
      } finally {
        if (asked.current === asking) setLoading(false)
      }
    },
    [api, user, query, dispatch],
  )

  useEffect(() => {
    setShown(PAGE_ROWS)
    setNext(undefined)
    const settling = setTimeout(() => void load(null), SETTLE_MS)
    return () => clearTimeout(settling)
  }, [load])

  const refresh = useCallback(() => void load(null), [load])
  useEffect(() => {
    if (returns > 0) refresh()
  }, [returns, refresh])

  // The snapshot and the events bring rows as well, so that a page of the list may hold nothing new.
  const wanting = known < shown && !loading && !stalled
  useEffect(() => {
    if (wanting && next) void load(next)
  }, [wanting, next, load])

  const loadMore = useCallback(() => {
    setShown((count) => Math.min(count, known) + PAGE_ROWS)
    setStalled(false)
  }, [known])
  return { shown, loading, more: Boolean(next), loadMore, refresh }
}
