import { Redis } from 'ioredis'
import { type RedisConfig, redisAt } from '../config/redis.ts'
import type { Logger } from '../runtime/logger.ts'
import { anyNodeConnector } from './any-node-connector.ts'
import { type CommandRules, type RedisClient, SiteCluster, SiteRedis } from './redis-client.ts'
import { reasonRefused } from './redis-errors.ts'

/**
 * `command`: answers within the limit or fails, for requests that must not hang while Redis is away.
 * `worker`: waits for Redis as long as it takes (BullMQ workers and blocking readers).
 * `subscriber`: for subscriptions, which are renewed after each reconnect. On a Cluster it goes to any node: each hears all that is published.
 */
export type RedisRole = 'command' | 'worker' | 'subscriber'

/** How long a command may wait for an answer of Redis, ms. */
export const COMMAND_TIMEOUT_MS = 2_000
/** A connection that owes an answer and is silent for this long is given up, ms. A worker's may block for 10 s. */
const SILENCE_MS = { command: 6_000, worker: 15_000, subscriber: 6_000 } as const
/** A subscriber, which has nothing to ask, asks this often whether its connection is alive, ms. */
const PULSE_MS = 3_000
/** BullMQ asks again at once for a job that it was refused. */
const REFUSAL_MS = 500

const RULES: Record<RedisRole, CommandRules> = {
  command: { timeoutMs: COMMAND_TIMEOUT_MS, refusalMs: 0 },
  worker: { timeoutMs: null, refusalMs: REFUSAL_MS },
  subscriber: { timeoutMs: null, refusalMs: 0 },
}

/** One connection (to a Cluster: one a node), begun at once and kept; errors are logged once per outage, not once per attempt. */
export function connectRedis(target: RedisConfig | string, role: RedisRole, log: Logger): RedisClient {
  const config = typeof target === 'string' ? redisAt(target) : target
  const client =
    config.kind === 'cluster' && role !== 'subscriber' ? connectCluster(config, role) : connectOne(config, role)
  logOutages(client, role, log)
  if (client instanceof Redis && role === 'subscriber') keepAlive(client, config)
  return client
}

function connectOne(config: RedisConfig, role: RedisRole): SiteRedis {
  return new SiteRedis(RULES[role], {
    ...commonOptions(config, role),
    ...placeOptions(config),
    retryStrategy: backoff,
    // On a fail-over the old master answers READONLY until the connection moves on.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    maxRetriesPerRequest: role === 'command' ? 1 : null,
  })
}

function placeOptions(config: RedisConfig) {
  const { kind, nodes, masterName, db, sentinel } = config
  const tls = tlsOptions(config)
  if (kind === 'cluster') return { Connector: anyNodeConnector(nodes, tls), ...(tls && { tls }) }
  if (kind === 'single') return { ...nodes[0], db, ...(tls && { tls }) }
  return {
    ...{ sentinels: [...nodes], name: masterName, db },
    sentinelUsername: sentinel.username,
    sentinelPassword: sentinel.password,
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    sentinelRetryStrategy: backoff,
    ...(tls && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
  }
}

function connectCluster(config: RedisConfig, role: RedisRole): SiteCluster {
  const tls = tlsOptions(config)
  return new SiteCluster(RULES[role], [...config.nodes], {
    clusterRetryStrategy: backoff,
    // A name stays a name: certificates are made out to it.
    dnsLookup: (host, done) => done(null, host, 0),
    // A worker waits through a fail-over; a command is over by its time limit.
    maxRedirections: role === 'worker' ? 100 : 16,
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    slotsRefreshTimeout: COMMAND_TIMEOUT_MS,
    slotsRefreshInterval: 5_000,
    redisOptions: { ...commonOptions(config, role), maxRetriesPerRequest: null, ...(tls && { tls }) },
  })
}

const commonOptions = ({ username, password }: RedisConfig, role: RedisRole) => ({
  username,
  password,
  connectTimeout: 5_000,
  socketTimeout: SILENCE_MS[role],
  keepAlive: 10_000,
  disableClientInfo: true,
})

const tlsOptions = ({ tls }: RedisConfig) =>
  tls === null ? undefined : Object.fromEntries(Object.entries(tls).filter(([, pem]) => pem !== undefined))

const backoff = (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000)

/** A subscription on a dead or cut-off node would be silent for ever: the pulse notices, and the next connection goes elsewhere. */
function keepAlive(subscriber: Redis, { kind }: RedisConfig): void {
  const pulse = async () => {
    if (subscriber.status !== 'ready') return
    if (kind !== 'cluster') return void (await subscriber.ping())
    const info = await subscriber.cluster('INFO')
    if (!String(info).includes('cluster_state:ok')) subscriber.disconnect(true)
  }
  const timer = setInterval(() => void pulse().catch(() => undefined), PULSE_MS).unref()
  subscriber.once('end', () => clearInterval(timer))
}

function logOutages(client: RedisClient, role: RedisRole, log: Logger): void {
  let down = false
  client.on('error', (err: Error) => {
    if (!down) log.warn({ err, role, refused: reasonRefused(err) }, 'redis away')
    down = true
  })
  client.on('ready', () => {
    if (down) log.info({ role }, 'redis back')
    down = false
  })
}
