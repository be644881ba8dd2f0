import type { DefaultEventsMap, Server, Socket } from 'socket.io'
import type { Principal } from '#shared/contracts/token.ts'
import type { ServerSideEvents } from '../relay/relay-message.ts'

type SocketData = { principal?: Principal }
export type IoServer = Server<DefaultEventsMap, DefaultEventsMap, ServerSideEvents, SocketData>
export type IoSocket = Socket<DefaultEventsMap, DefaultEventsMap, ServerSideEvents, SocketData>
