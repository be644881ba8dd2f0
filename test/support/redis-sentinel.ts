import { freePort } from './ports.ts'
import { DURABLE, REPLICATION, type RedisProgram, startRedisProgram } from './redis-program.ts'
import { until } from './until.ts'

export type SentinelSite = {
  /** A REDIS_URL for it. */
  readonly url: string
  readonly sentinels: readonly RedisProgram[]
  /** The server the Sentinels call the master now. */
  master(): Promise<RedisProgram>
  /** All data servers, the first master first. */
  readonly servers: readonly RedisProgram[]
  /** Waits until the Sentinels name another master than `old`. */
  promoted(old: RedisProgram): Promise<RedisProgram>
  stop(): Promise<void>
}

const PASSWORD = 'data/secret@1'
const SENTINEL_PASSWORD = 'watch-secret'
export const SENTINEL_ENV = { REDIS_SENTINEL_PASSWORD: SENTINEL_PASSWORD }
const NAME = 'gate'

/** A master, a replica and three Sentinels that take a second and a half of silence for a death. `lines` go to the data servers. */
export async function startSentinelSite(lines: readonly string[] = []): Promise<SentinelSite> {
  const auth = [`requirepass ${PASSWORD}`, `masterauth ${PASSWORD}`, ...DURABLE, ...REPLICATION, ...lines]
  const startServer = async (...more: string[]) => {
    const port = await freePort()
    return startRedisProgram({ port, lines: [`port ${port}`, ...auth, ...more], options: { password: PASSWORD } })
  }
  const first = await startServer()
  const second = await startServer(`replicaof 127.0.0.1 ${first.port}`)
  const servers = [first, second]
  await until('the replica', async () => (await second.client.info('replication')).includes('master_link_status:up'))
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(first.port)))
  await until('the Sentinels to know one another', async () => {
    const seen = await Promise.all(sentinels.map(({ client }) => client.call('sentinel', 'ckquorum', NAME)))
    const others = await Promise.all(sentinels.map(({ client }) => client.call('sentinel', 'replicas', NAME)))
    const peers = await Promise.all(sentinels.map(({ client }) => client.call('sentinel', 'sentinels', NAME)))
    return (
      seen.every(Boolean) && others.every((list) => lengthOf(list) === 1) && peers.every((list) => lengthOf(list) === 2)
    )
  })
  const master = async () => {
    const address = (await sentinels[0]?.client.call('sentinel', 'get-master-addr-by-name', NAME)) as [string, string]
    return servers.find(({ port }) => port === Number(address[1])) ?? first
  }
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')
  return {
    url: `redis-sentinel://:${encodeURIComponent(PASSWORD)}@${hosts}/${NAME}`,
    ...{ sentinels, servers, master },
    promoted: (old) =>
      until('another master', async () => {
        const now = await master()
        return now !== old && (await now.client.info('replication')).includes('role:master') && now
      }),
    stop: async () => {
      await Promise.all(sentinels.map((one) => one.stop()))
      await Promise.all(servers.map((one) => one.stop()))
    },
  }
}

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0)

async function startSentinel(master: number): Promise<RedisProgram> {
  const port = await freePort()
  const lines = [
    `port ${port}`,
    `requirepass ${SENTINEL_PASSWORD}`,
    `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${master} 2`,
    `sentinel auth-pass ${NAME} ${PASSWORD}`,
    `sentinel down-after-milliseconds ${NAME} 1500`,
    `sentinel failover-timeout ${NAME} 5000`,
  ]
  return startRedisProgram({
    port,
    lines,
    sentinel: true,
    options: { password: SENTINEL_PASSWORD, enableReadyCheck: false },
  })
}
