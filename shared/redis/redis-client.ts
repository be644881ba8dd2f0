import { Cluster, type ClusterNode, type ClusterOptions, type Command, Redis, type RedisOptions } from 'ioredis'
import { isRedisAway } from './redis-errors.ts'

/** A connection to a Redis alone or behind Sentinels, or the connections to a Cluster. */
export type RedisClient = Redis | Cluster

/** What stands behind a client. */
export function topologyOf(client: RedisClient): 'single' | 'sentinel' | 'cluster' {
  if (client.isCluster) return 'cluster'
  return 'sentinels' in client.options && client.options.sentinels ? 'sentinel' : 'single'
}

/** How a client treats each command. */
export type CommandRules = {
  /** Longest wait for the answer, ms, also before there is a connection; null: as long as it takes. */
  readonly timeoutMs: number | null
  /** "Redis cannot now" is told this late, ms, to a caller that asks again at once. */
  readonly refusalMs: number
}

/** Commands that may wait for a Cluster to be ready. */
const MAX_WAITING = 10_000

/** A Redis alone, or the master that Sentinels name. */
export class SiteRedis extends Redis {
  readonly #rules: CommandRules
  constructor(rules: CommandRules, options: RedisOptions & { replyMapping?: 'legacy' }) {
    super({ ...options, lazyConnect: true })
    this.#rules = rules
    startConnecting(this)
  }

  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const [command, stream] = args
    // After a reconnect ioredis sends again what was not answered: not what the caller has given up. A pipeline goes as a whole.
    if (command.isSettled && stream === undefined) return command.promise
    applyRules(command, this.#rules)
    return super.sendCommand(...args)
  }
}

/** A Cluster. ioredis starts the time limit of a command only when it has a node to send it to; this one starts it at once. */
export class SiteCluster extends Cluster {
  readonly #rules: CommandRules
  #waiting = 0
  constructor(
    rules: CommandRules,
    nodes: ClusterNode[],
    options: ClusterOptions & { redisOptions: { replyMapping?: 'legacy' } },
  ) {
    super(nodes, { ...options, lazyConnect: true })
    this.#rules = rules
    this.on('ready', () => {
      this.#waiting = 0
    })
    startConnecting(this)
  }

  override sendCommand(...args: Parameters<Cluster['sendCommand']>): unknown {
    const [command, stream] = args
    if (command.isSettled && stream === undefined) return command.promise
    applyRules(command, this.#rules)
    if (this.status !== 'ready' && command.name !== 'cluster' && ++this.#waiting > MAX_WAITING) {
      command.reject(new Error(`Connection is closed: ${MAX_WAITING} commands wait for the Cluster already`))
      return command.promise
    }
    // A node that does not answer may have been replaced.
    command.promise.catch((error: Error) => {
      if (error.message === 'Command timed out' && this.status === 'ready') this.refreshSlotsCache()
    })
    return super.sendCommand(...args)
  }
}

/** Not in the constructor of ioredis: private fields of a subclass are not there yet. Who fails is told by the `error` event. */
function startConnecting(client: RedisClient): void {
  client.connect().catch(() => undefined)
}

const RULED = new WeakSet<Command>()

function applyRules(command: Command, { timeoutMs, refusalMs }: CommandRules): void {
  if (RULED.has(command)) return
  RULED.add(command)
  if (timeoutMs !== null) command.setTimeout(timeoutMs)
  if (refusalMs === 0) return
  const reject = command.reject
  command.reject = (error) => {
    if (isRedisAway(error)) setTimeout(() => reject(error), refusalMs)
    else reject(error)
  }
}
