import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { EVERYTHING, type Query, selectRows } from '../core/query.ts'
import { emptyUploads, foldUploads } from '../core/uploads.ts'
import type { Api } from '../edge/api.ts'
import { connectRealtime, type Link } from '../edge/realtime.ts'
import { useListPages } from './use-list-pages.ts'
import type { SignedIn, SignedOut } from './use-session.ts'

type Deps = {
  readonly session: SignedIn
  readonly api: Api
  readonly realtimeUrl: string
  readonly token: () => string
  readonly end: (why: SignedOut['why']) => void
}

const POLL_MS = 8_000

/** The table of uploads: list pages and live events, folded into one state. */
export function useUploads({ session, api, realtimeUrl, token, end }: Deps) {
  const user = session.claims.user
  const [uploads, dispatch] = useReducer(foldUploads, user, emptyUploads)
  const [query, setQuery] = useState<Query>(EVERYTHING)
  const [link, setLink] = useState<Link>('connecting')
  const [returns, setReturns] = useState(0)
  const lost = useRef(false)
  const rows = useMemo(() => selectRows(uploads, query), [uploads, query])
  const pages = useListPages({ api, user, query, returns, known: rows.length, dispatch })
  const { refresh } = pages

  useEffect(() => {
    const askQuota = () =>
      api.quota().then(
        (quota) => dispatch({ kind: 'quota', quota }),
        () => {},
      )
    void askQuota()
    return connectRealtime({
      url: realtimeUrl,
      token,
      onEvents: (events) => dispatch({ kind: 'events', events }),
      onLink: (to) => {
        setLink(to)
        if (to === 'live' && lost.current) setReturns((count) => count + 1)
        lost.current = to === 'lost'
      },
      onExpired: () => end('expired'),
      onRefused: askQuota,
    })
  }, [api, realtimeUrl, token, end])

  // Without the live connection the page is still right, a few seconds late.
  useEffect(() => {
    if (link !== 'lost') return
    const polling = setInterval(refresh, POLL_MS)
    return () => clearInterval(polling)
  }, [link, refresh])

  const forget = useCallback((id: string) => dispatch({ kind: 'removed', id }), [])
  return { uploads, rows, query, setQuery, link, forget, pages }
}
