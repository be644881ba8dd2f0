import type { Server as HttpServer } from 'node:http'
import type { createAdapter } from '@socket.io/redis-adapter'
import { Server } from 'socket.io'
import type { VerifyToken } from '#shared/contracts/token.ts'
import { AppError } from '#shared/domain/errors.ts'
import { KIB } from '#shared/domain/limits.ts'
import { bearerToken, parseEventId, requireToken } from '../http/handshake.ts'
import { isAllowedOrigin } from '../http/origin.ts'
import type { Hub } from '../hub/hub.ts'
import type { IoServer } from './io-types.ts'
import { socketIoPeer } from './socket-io-peer.ts'
import { onTokenEnd } from './token-end.ts'

/** The largest frame a client may send: the CONNECT packet with its token (8 KiB at most); they send nothing else. */
const MAX_FRAME_BYTES = 16 * KIB
/** A connection that has not shown a token by then is closed, ms. */
const CONNECT_LIMIT_MS = 10_000

type IoServerDeps = {
  readonly server: HttpServer
  readonly adapter: ReturnType<typeof createAdapter>
  readonly origins: readonly string[]
  readonly isStopping: () => boolean
}

/** Socket.IO over WebSocket only: long polling would need sticky sessions, its requests go to any instance. */
export function createIoServer({ server, adapter, origins, isStopping }: IoServerDeps): IoServer {
  return new Server(server, {
    path: '/socket.io',
    transports: ['websocket'],
    serveClient: false,
    destroyUpgrade: false,
    maxHttpBufferSize: MAX_FRAME_BYTES,
    connectTimeout: CONNECT_LIMIT_MS,
    adapter,
    allowRequest: (req, answer) => {
      if (isStopping()) answer('stopping', false)
      else answer(null, isAllowedOrigin(req, origins))
    },
  })
}

/** Lets sockets in by their token and hands them to the hub. */
export function serveSocketIo({ io, hub, verify }: { io: IoServer; hub: Hub; verify: VerifyToken }): void {
  io.use((socket, next) => {
    const { auth, headers } = socket.handshake
    try {
      socket.data.principal = verify(requireToken(auth.token ?? bearerToken(headers.authorization)))
      next()
    } catch (error) {
      next(connectError(error))
    }
  })
  io.on('connection', (socket) => {
    const { principal } = socket.data
    if (principal === undefined) return void socket.disconnect(true)
    const client = hub.attach(principal, socketIoPeer(socket), parseEventId(socket.handshake.auth.last_event_id))
    const callOff = onTokenEnd(principal.expiresAt, () => client.close('expired'))
    socket.on('disconnect', () => {
      callOff()
      hub.detach(client)
    })
  })
}

/** Reaches the client as `connect_error` with `data: { code, message }`. */
function connectError(error: unknown): Error {
  const known = error instanceof AppError
  const code = known ? error.code : 'internal'
  const message = known ? error.message : 'Cannot open the connection'
  return Object.assign(new Error(message), { data: { code, message } })
}
