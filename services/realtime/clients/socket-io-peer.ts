import type { WebSocket } from 'ws'
import type { Peer } from '../hub/client.ts'
import type { IoSocket } from './io-types.ts'

/** A Socket.IO client as the hub sees it: each message is emitted under its type, with the envelope as payload. */
export function socketIoPeer(socket: IoSocket): Peer {
  const { conn } = socket
  // Engine.IO holds packets back until the ones before them are on the network, and tells no size.
  let heldBack = 0
  conn.on('drain', () => {
    heldBack = 0
  })
  return {
    kind: 'socketio',
    send(message) {
      heldBack += message.text.length
      socket.emit(message.envelope.type, message.envelope)
      if (conn.transport.writable) heldBack = 0
    },
    buffered: () => heldBack + (webSocketOf(conn.transport)?.bufferedAmount ?? 0),
    close(why) {
      if (why === 'expired') {
        socket.emit('session_expired', { code: 'token_expired', message: 'Your session has ended: sign in again' })
        // With a DISCONNECT packet: the client does not come back by itself with the same token.
        socket.disconnect(true)
      } else if (why === 'stopping') {
        // Without one: the client connects again, to whichever instance answers.
        conn.close()
      } else {
        // A close would wait behind all that the client has not read.
        webSocketOf(conn.transport)?.terminate()
      }
    },
  }
}

/** The `ws` socket under the transport, which Engine.IO's types do not show. */
const webSocketOf = (transport: object): WebSocket | undefined => (transport as { socket?: WebSocket }).socket
