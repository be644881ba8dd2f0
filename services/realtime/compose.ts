import { createAdapter } from '@socket.io/redis-adapter'
import { PROGRESS_EVENT } from '#shared/contracts/events.ts'
import { createTokenVerifier } from '#shared/contracts/token.ts'
import { createAnnounce } from '#shared/redis/announce.ts'
import { checkRedisSoon } from '#shared/redis/check-redis.ts'
import { createKeys, type Keys } from '#shared/redis/keys.ts'
import { createUploadIndex } from '#shared/redis/upload-index.ts'
import type { Lifecycle } from '#shared/runtime/lifecycle.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { adapterClients } from './clients/adapter-clients.ts'
import type { IoServer } from './clients/io-types.ts'
import { createIoServer, serveSocketIo } from './clients/socket-io.ts'
import { createWsEndpoint } from './clients/ws-endpoint.ts'
import type { RealtimeConfig } from './config.ts'
import { type Connections, closeConnections, openConnections } from './connections.ts'
import { createEventStream, type EventStream } from './event-stream.ts'
import { serverCloser } from './http/close-server.ts'
import { createRealtimeServer } from './http/create-server.ts'
import { listen } from './http/listen.ts'
import { composeHub } from './hub/compose-hub.ts'
import type { Hub } from './hub/hub.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { startRelay } from './relay/relay.ts'
import { createRelayLease } from './relay/relay-lease.ts'
import { isProgressMessage, isRelayMessage, RELAY_EVENT } from './relay/relay-message.ts'

/** What the parts have in common. */
type Parts = {
  readonly config: RealtimeConfig
  readonly log: Logger
  readonly life: Lifecycle
  readonly connections: Connections
  readonly stream: EventStream
  readonly hub: Hub
  readonly metrics: Metrics
}

/** Clients may connect while Redis is away: sockets are taken after this, ms. */
const PATIENCE_MS = 2_000

/** Started: connections, hub, server, relay, sockets. Stopped the other way round, the sockets first. */
export async function composeRealtime(config: RealtimeConfig, log: Logger, life: Lifecycle): Promise<void> {
  const connections = openConnections(config.redis, log)
  life.onStop('redis', () => closeConnections(connections))
  await checkRedisSoon(connections.command, log, PATIENCE_MS)
  const keys = createKeys(config.redisPrefix)
  const stream = createEventStream({ redis: connections.command, reader: connections.reader, keys })
  const index = createUploadIndex({ redis: connections.command, keys })
  const metrics = createMetrics((kind) => hub.clients.count(kind))
  const hub = composeHub({ stream, index, quotaBytes: config.quotaBytes, onGap: () => metrics.gaps.inc(), log, life })
  const parts: Parts = { config, log, life, connections, stream, hub, metrics }
  const { io, server } = composeServer(parts, keys.socketIo)
  hearOthers(io, parts)
  const lease = createRelayLease({ redis: connections.command, keys })
  composeRelay(parts, io, lease, keys)
  life.onStop('sockets', serverCloser(server, hub))
  await listen(server, config.port, config.host)
  log.info({ address: server.address() }, 'listening')
}

function composeServer({ config, life, log, connections, hub, metrics }: Parts, key: string) {
  const { origins } = config
  const verify = createTokenVerifier(config.jwt)
  const isStopping = () => life.isStopping
  const ws = createWsEndpoint({ hub, verify, origins, isStopping })
  life.onStop('pings', async () => ws.close())
  const server = createRealtimeServer({
    readiness: async () => {
      const redis = hub.isStarted && (await connections.command.ping().catch(() => '')) === 'PONG'
      return { ready: redis && !life.isStopping, redis, stopping: life.isStopping }
    },
    metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
    openWs: ws.open,
    log,
  })
  const { pub, sub } = adapterClients(connections.pub, connections.sub)
  const io = createIoServer({ server, adapter: createAdapter(pub, sub, { key }), origins, isStopping })
  life.onStop('socket.io', () => io.close())
  serveSocketIo({ io, hub, verify })
  return { io, server }
}

function hearOthers(io: IoServer, { hub, metrics }: Parts): void {
  io.on(RELAY_EVENT, (message) => {
    if (isRelayMessage(message)) hub.receive(message)
  })
  io.on(PROGRESS_EVENT, (message) => {
    if (isProgressMessage(message)) hub.progress(message, () => metrics.progressDropped.inc())
  })
}

function composeRelay(parts: Parts, io: IoServer, lease: ReturnType<typeof createRelayLease>, keys: Keys): void {
  const { stream, hub, connections, metrics, log, life } = parts
  const relay = startRelay({
    lease,
    stream,
    log,
    position: () => hub.position(),
    publish(message) {
      // The adapter tells the others only.
      io.serverSideEmit(RELAY_EVENT, message)
      hub.receive(message)
      metrics.relayed.inc(message.events.length)
      for (const { id } of message.events)
        metrics.lag.observe(Math.max(0, Date.now() - Number.parseInt(id, 10)) / 1_000)
    },
    announce: createAnnounce({ redis: connections.command, keys }),
    abortRead: (reconnect) => connections.reader.disconnect(reconnect),
    onLeading: (leading) => metrics.leading.set(leading ? 1 : 0),
  })
  life.onStop('relay', () => relay.stop())
}
