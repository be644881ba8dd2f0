import { io, type Socket } from 'socket.io-client'
import type { Envelope } from '#shared/contracts/events.ts'
import { until } from './until.ts'

export type Listener = {
  /** `id → states`, in the order in which they came. */
  readonly states: Map<string, string[]>
  readonly events: Envelope<'upload_state'>[]
  readonly socket: Socket
  close(): void
}

/** A Socket.IO client that writes down every state event it is given. */
export async function listen(url: string, token: string): Promise<Listener> {
  const socket = io(url, { transports: ['websocket'], auth: { token }, forceNew: true })
  const states = new Map<string, string[]>()
  const events: Envelope<'upload_state'>[] = []
  let ready = false
  socket.on('snapshot', () => {
    ready = true
  })
  socket.on('upload_state', (envelope: Envelope<'upload_state'>) => {
    events.push(envelope)
    const { upload_id, state } = envelope.data
    states.set(upload_id, [...(states.get(upload_id) ?? []), state])
  })
  await until('the snapshot', () => ready)
  return { states, events, socket, close: () => void socket.close() }
}
