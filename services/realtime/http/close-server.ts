import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Hub } from '../hub/hub.ts'

/** What is still connected after this time is cut off, ms. */
const GRACE_MS = 2_000

/**
 * Prepares the end: accepts nothing more, tells every socket to connect again elsewhere, and waits until they are gone.
 * Connections are counted from the first on, since Node forgets those that became WebSockets.
 */
export function serverCloser(server: Server, hub: Hub): () => Promise<void> {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    hub.closeAll('stopping')
    const cut = setTimeout(() => {
      for (const socket of open) socket.destroy()
    }, GRACE_MS)
    await closed.finally(() => clearTimeout(cut))
  }
}
