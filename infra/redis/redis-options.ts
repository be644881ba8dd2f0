export type RedisPlace = {
  readonly port: number
  readonly password: string
  /** Holds the append-only file. */
  readonly folder: string
}

/** What a caller says; a free port is taken where it names none. */
export type WantedRedis = Omit<RedisPlace, 'port'> & {
  readonly port?: number
  /** Hears what Redis writes. */
  readonly onOutput?: (chunk: Buffer) => void
}

/** Nothing acknowledged may be lost or evicted: AOF on, flushed each second, and no eviction. */
export const DURABLE_OPTIONS = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '""',
  'maxmemory-policy': 'noeviction',
} as const

/** redis.conf for a server of our own on the loopback; it goes in by standard input, so that the password stands in no file or argument. */
export const redisConfig = ({ port, password, folder }: RedisPlace): string =>
  Object.entries({
    bind: '127.0.0.1',
    port: String(port),
    requirepass: password,
    dir: JSON.stringify(folder),
    daemonize: 'no',
    ...DURABLE_OPTIONS,
  })
    .map(([name, value]) => `${name} ${value}\n`)
    .join('')

export const redisUrl = ({ port, password }: Pick<RedisPlace, 'port' | 'password'>): string =>
  `redis://:${password}@127.0.0.1:${port}`
