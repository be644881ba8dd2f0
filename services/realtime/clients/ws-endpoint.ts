import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { VerifyToken } from '#shared/contracts/token.ts'
import { AppError } from '#shared/domain/errors.ts'
import { KIB } from '#shared/domain/limits.ts'
import { parseHandshake } from '../http/handshake.ts'
import { isAllowedOrigin } from '../http/origin.ts'
import type { CloseReason, Peer } from '../hub/client.ts'
import type { Hub } from '../hub/hub.ts'
import { onTokenEnd } from './token-end.ts'

type WsDeps = {
  readonly hub: Hub
  readonly verify: VerifyToken
  readonly origins: readonly string[]
  readonly isStopping: () => boolean
}

/** A peer that has not answered a ping by the next one is gone. */
const PING_MS = 30_000
/** Clients have nothing to say; what they send is read and dropped. */
const MAX_PAYLOAD_BYTES = 4 * KIB
/** A client has this long to answer the close, ms. */
const CLOSE_GRACE_MS = 1_000

const CLOSE: Record<CloseReason, readonly [code: number, text: string]> = {
  expired: [4401, 'token expired'],
  slow: [1013, 'too slow: come back with your last event id'],
  stopping: [1001, 'going away: connect again'],
}

/** Plain WebSockets: each message is one envelope as JSON text. */
export function createWsEndpoint(deps: WsDeps) {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false })
  const answered = new WeakSet<WebSocket>()
  const pinging = setInterval(() => pingAll(server.clients, answered), PING_MS)
  return {
    /** Throws where the handshake is refused; the caller answers. */
    open(req: IncomingMessage, socket: Duplex, head: Buffer): void {
      if (deps.isStopping()) throw new AppError('unavailable', 'stopping', 'Cannot open the connection: try again')
      if (!isAllowedOrigin(req, deps.origins)) {
        throw new AppError('forbidden', 'origin', 'Cannot let this page in: add its origin to CORS_ORIGINS')
      }
      const { token, lastEventId } = parseHandshake(req)
      const principal = deps.verify(token)
      server.handleUpgrade(req, socket, head, (ws) => {
        const client = deps.hub.attach(principal, wsPeer(ws), lastEventId)
        const callOff = onTokenEnd(principal.expiresAt, () => client.close('expired'))
        answered.add(ws)
        ws.on('pong', () => answered.add(ws))
        ws.on('error', () => ws.terminate())
        ws.on('close', () => {
          callOff()
          deps.hub.detach(client)
        })
      })
    },
    close: () => clearInterval(pinging),
  }
}

function pingAll(clients: Iterable<WebSocket>, answered: WeakSet<WebSocket>): void {
  for (const ws of clients) {
    if (answered.delete(ws)) ws.ping()
    else ws.terminate()
  }
}

const wsPeer = (ws: WebSocket): Peer => ({
  kind: 'ws',
  send: (message) => ws.send(message.text, () => undefined),
  buffered: () => ws.bufferedAmount,
  close(why) {
    ws.close(...CLOSE[why])
    // A slow client would read the close after everything else, a dead one never.
    setTimeout(() => ws.terminate(), CLOSE_GRACE_MS).unref()
  },
})
