/** One host of a Redis, a Sentinel or a Cluster. */
export type RedisNode = { readonly host: string; readonly port: number }

/** What a REDIS_URL says. `single`: the first node; `sentinel`: the nodes are Sentinels; `cluster`: some nodes of the Cluster. */
export type RedisUrl = {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly tls: boolean
  readonly nodes: readonly RedisNode[]
  /** The name the Sentinels know the master by; empty where there are none. */
  readonly masterName: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly db: number
}

/** What is wrong with a REDIS_URL and what would be right. Never repeats the value: it may hold a password. */
export class BadRedisUrl extends Error {
  override readonly name = 'BadRedisUrl'
}

const KINDS = { '': 'single', '-sentinel': 'sentinel', '-cluster': 'cluster' } as const
const FORMS = {
  single: 'redis://user:password@host:6379/0',
  sentinel: 'redis-sentinel://user:password@host:26379,host:26379/master-name/0',
  cluster: 'redis-cluster://user:password@host:6379,host:6379',
} as const
const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } as const

/** Parses the six forms of a REDIS_URL; throws {@link BadRedisUrl}. */
export function parseRedisUrl(text: string): RedisUrl {
  const parts = /^redis(s?)(|-sentinel|-cluster):\/\/([^/?#]*)(?:\/([^?#]*))?(.*)$/s.exec(text)
  if (parts === null)
    throw new BadRedisUrl(`must begin with redis://, redis-sentinel:// or redis-cluster://, ${WITH_S}`)
  const [, s, suffix = '', authority = '', path = '', rest] = parts
  const kind = KINDS[suffix as keyof typeof KINDS]
  if (rest !== '') throw new BadRedisUrl(`must not go on with ? or #: write ${FORMS[kind]}${ENCODED}`)
  const at = authority.lastIndexOf('@')
  return {
    kind,
    tls: s === 's',
    nodes: parseNodes(kind, authority.slice(at + 1)),
    ...parseUser(kind, at === -1 ? undefined : authority.slice(0, at)),
    ...parsePath(kind, path),
  }
}

const WITH_S = 'with TLS rediss://, rediss-sentinel:// or rediss-cluster://'
const ENCODED = ' (in user and password, : / ? # @ and % are written as %3A %2F %3F %23 %40 %25)'

function parseNodes(kind: RedisUrl['kind'], hosts: string): RedisNode[] {
  const nodes = hosts.split(',').map((host) => {
    const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(host.trim())
    const port = Number(match?.[3] ?? PORTS[kind])
    if (match === null || port < 1 || port > 65_535)
      throw new BadRedisUrl(`must name each host as host:port: write ${FORMS[kind]}${ENCODED}`)
    return { host: match[1] ?? match[2] ?? '', port }
  })
  if (kind === 'single' && nodes.length > 1)
    throw new BadRedisUrl('names several hosts, which only redis-sentinel:// and redis-cluster:// take')
  return nodes
}

function parseUser(kind: RedisUrl['kind'], user: string | undefined): Pick<RedisUrl, 'username' | 'password'> {
  if (user === undefined) return { username: undefined, password: undefined }
  const [name = '', password, ...more] = user.split(':')
  if (password === undefined || password === '' || more.length > 0)
    throw new BadRedisUrl(
      `must have user and password as user:password@, or :password@ for the default user: write ${FORMS[kind]}${ENCODED}`,
    )
  return { username: name === '' ? undefined : decode(name), password: decode(password) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new BadRedisUrl(`has a % in user or password that begins no code${ENCODED}`)
  }
}

function parsePath(kind: RedisUrl['kind'], path: string): Pick<RedisUrl, 'masterName' | 'db'> {
  const [first = '', second = '', ...more] = kind === 'sentinel' ? path.split('/') : ['', ...path.split('/')]
  if (kind === 'sentinel' && !/^[A-Za-z0-9._-]+$/.test(first))
    throw new BadRedisUrl(`lacks the name of the master that the Sentinels watch: write ${FORMS.sentinel}`)
  if (!/^\d{0,5}$/.test(second) || more.length > 0)
    throw new BadRedisUrl(`must end with the number of the database, or with nothing for 0: write ${FORMS[kind]}`)
  if (kind === 'cluster' && Number(second) !== 0)
    throw new BadRedisUrl('names a database, but a Cluster has number 0 only: leave it out')
  return { masterName: first, db: Number(second) }
}
