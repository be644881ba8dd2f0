import { io } from 'socket.io-client'
import type { Envelope } from '#shared/contracts/events.ts'

export type StateListener = {
  /** When (performance.now) the upload was heard to be settled, and how. */
  settled(id: string): Promise<{ at: number; state: string }>
  close(): void
}

const SETTLED = ['complete', 'quarantined', 'held']
const LIMIT_MS = 30_000

/** A Socket.IO client as the page has one. */
export async function listenForStates(url: string, token: string): Promise<StateListener> {
  const socket = io(url, { auth: { token }, transports: ['websocket'], reconnection: false })
  const heard = new Map<string, PromiseWithResolvers<{ at: number; state: string }>>()
  const of = (id: string) => heard.get(id) ?? heard.set(id, Promise.withResolvers()).get(id)
  socket.on('upload_state', ({ data }: Envelope<'upload_state'>) => {
    if (SETTLED.includes(data.state)) of(data.upload_id)?.resolve({ at: performance.now(), state: data.state })
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve())
    socket.once('connect_error', reject)
  })
  return {
    async settled(id) {
      const limit = Promise.withResolvers<never>()
      const timer = setTimeout(() => limit.reject(new Error(`Cannot go on: no verdict on ${id}`)), LIMIT_MS)
      const found = await Promise.race([of(id)?.promise ?? limit.promise, limit.promise])
      clearTimeout(timer)
      heard.delete(id)
      return found
    },
    close: () => void socket.disconnect(),
  }
}
