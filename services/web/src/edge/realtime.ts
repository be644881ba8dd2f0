import { io } from 'socket.io-client'
import { compareEventIds, type Envelope } from '#shared/contracts/events.ts'

export type Link = 'connecting' | 'live' | 'lost'

export type RealtimeDeps = {
  readonly url: string
  readonly token: () => string
  readonly onEvents: (events: readonly Envelope[]) => void
  readonly onLink: (link: Link) => void
  readonly onExpired: () => void
  /** The server took the connection and turned it down: perhaps the token is no longer good. */
  readonly onRefused: () => void
}

const TYPES = new Set(['snapshot', 'upload_state', 'upload_progress', 'scan_progress', 'quota'])
/** The first event is handed over at once, what follows is gathered: a hundred files a second must not be a hundred renderings. */
const GATHER_MS = 250
const REFUSED_RETRY_MS = 5_000

/** Listens to what happens to the user's uploads; each reconnect names the last event that was seen. */
export function connectRealtime(deps: RealtimeDeps): () => void {
  let lastEventId = ''
  let shownToken = ''
  let gathered: Envelope[] = []
  let handedOver = 0
  let gathering: ReturnType<typeof setTimeout> | undefined
  let retrying: ReturnType<typeof setTimeout> | undefined

  const socket = io(deps.url === '' ? location.origin : deps.url, {
    transports: ['websocket'],
    auth: (give) => {
      shownToken = deps.token()
      give({ token: shownToken, ...(lastEventId === '' ? {} : { last_event_id: lastEventId }) })
    },
    reconnectionDelay: 500,
    reconnectionDelayMax: 10_000,
  })
  const flush = () => {
    gathering = undefined
    handedOver = Date.now()
    deps.onEvents(gathered)
    gathered = []
  }
  // After a refusal, or when the server closed it, socket.io does not come back by itself.
  const comeBack = () => {
    clearTimeout(retrying)
    retrying = setTimeout(() => socket.connect(), REFUSED_RETRY_MS * (0.75 + Math.random() / 2))
  }

  socket.on('connect', () => deps.onLink('live'))
  socket.on('disconnect', (reason) => {
    deps.onLink('lost')
    if (reason === 'io server disconnect') comeBack()
  })
  socket.on('connect_error', () => {
    deps.onLink('lost')
    if (socket.active) return
    deps.onRefused()
    comeBack()
  })
  // With a token that the portal renewed meanwhile it comes back instead.
  socket.on('session_expired', () => {
    if (deps.token() === shownToken) deps.onExpired()
  })
  socket.onAny((type: string, event: Envelope | undefined) => {
    if (!TYPES.has(type) || typeof event?.data !== 'object') return
    if (event.id !== '' && compareEventIds(event.id, lastEventId) > 0) lastEventId = event.id
    gathered.push(event)
    gathering ??= setTimeout(flush, Math.max(0, handedOver + GATHER_MS - Date.now()))
  })
  return () => {
    clearTimeout(gathering)
    clearTimeout(retrying)
    socket.disconnect()
  }
}
