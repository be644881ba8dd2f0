import { randomBytes } from 'node:crypto'
import { freePort } from './ports.ts'
import { DURABLE, REPLICATION, type RedisProgram, startRedisProgram } from './redis-program.ts'
import { until } from './until.ts'

export type ClusterSite = {
  /** A REDIS_URL for it. */
  readonly url: string
  readonly nodes: readonly RedisProgram[]
  /** The master of the slot in which all keys of `prefix` lie. */
  masterOf(prefix: string): Promise<RedisProgram>
  stop(): Promise<void>
}

const SLOTS = 16_384
const MASTERS = 3

/** Three masters with a replica each; two seconds of silence are a death. */
export async function startClusterSite(lines: readonly string[] = []): Promise<ClusterSite> {
  const password = randomBytes(8).toString('hex')
  const nodes = await Promise.all(Array.from({ length: 2 * MASTERS }, () => startNode(password, lines)))
  await join(nodes)
  const masterOf = async (prefix: string) => {
    const slot = await Promise.any(nodes.map(({ client }) => client.cluster('KEYSLOT', `{${prefix}}`)))
    const ranges = await Promise.any(nodes.map(({ client }) => client.cluster('SLOTS')))
    const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1]
    const master = nodes.find((node) => node.port === port)
    if (master === undefined) throw new Error(`no node has slot ${slot}`)
    return master
  }
  return {
    url: `redis-cluster://:${password}@${nodes
      .slice(0, MASTERS)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(',')}`,
    ...{ nodes, masterOf },
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  }
}

async function startNode(password: string, lines: readonly string[]): Promise<RedisProgram> {
  const [port, bus] = [await freePort(), await freePort()]
  const cluster = [
    'cluster-enabled yes',
    `cluster-port ${bus}`,
    'cluster-node-timeout 2000',
    'cluster-replica-validity-factor 0',
  ]
  const auth = [`requirepass ${password}`, `masterauth ${password}`]
  const all = [`port ${port}`, ...cluster, ...auth, ...DURABLE, ...REPLICATION, ...lines]
  return startRedisProgram({ port, lines: all, options: { password } })
}

/** What `redis-cli --cluster create` does. */
async function join(nodes: readonly RedisProgram[]): Promise<void> {
  const bounds = (i: number) => Math.floor((i * SLOTS) / MASTERS)
  await Promise.all(nodes.map(({ client }, i) => client.cluster('SET-CONFIG-EPOCH', i + 1)))
  await Promise.all(
    nodes.slice(0, MASTERS).map(({ client }, i) => client.cluster('ADDSLOTSRANGE', bounds(i), bounds(i + 1) - 1)),
  )
  const buses = await Promise.all(nodes.map(({ client }) => client.config('GET', 'cluster-port')))
  for (const [i, { port }] of nodes.entries())
    if (i > 0) await nodes[0]?.client.call('CLUSTER', 'MEET', '127.0.0.1', port, String((buses[i] as string[])[1]))
  await until('the nodes to know one another', async () => {
    const known = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')))
    return known.every((info) => String(info).includes(`cluster_known_nodes:${nodes.length}`))
  })
  for (const [i, { client }] of nodes.slice(MASTERS).entries())
    await client.cluster('REPLICATE', String(await nodes[i]?.client.cluster('MYID')))
  await until('the Cluster', async () => {
    const infos = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')))
    const links = await Promise.all(nodes.slice(MASTERS).map(({ client }) => client.info('replication')))
    return (
      infos.every((info) => String(info).includes('cluster_state:ok')) &&
      links.every((info) => info.includes('master_link_status:up'))
    )
  })
}
