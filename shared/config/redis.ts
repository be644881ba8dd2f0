import { createSecureContext } from 'node:tls'
import type { EnvReader } from './env.ts'
import { BadRedisUrl, parseRedisUrl, type RedisUrl } from './redis-url.ts'

/** Certificates as PEM text; what is undefined is as the machine has it. */
export type RedisTls = {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** Where Redis is and how to get in. */
export type RedisConfig = Omit<RedisUrl, 'tls'> & {
  /** null: without TLS. */
  readonly tls: RedisTls | null
  /** Credentials of the Sentinels themselves. */
  readonly sentinel: { readonly username: string | undefined; readonly password: string | undefined }
}

/** A Redis named by its URL alone. Throws {@link BadRedisUrl}. */
export function redisAt(text: string): RedisConfig {
  const { tls, ...url } = parseRedisUrl(text)
  return {
    ...url,
    tls: tls ? { ca: undefined, cert: undefined, key: undefined } : null,
    sentinel: { username: undefined, password: undefined },
  }
}

/** `REDIS_URL` in one of its forms, with the certificates and the Sentinels' password that go with it. */
export function readRedis(read: EnvReader): RedisConfig {
  const text = read.required('REDIS_URL', 'redis://host:6379')
  const url = text === '' ? redisAt('redis://unset') : readUrl(read, text)
  const tls = { ca: read.raw('REDIS_TLS_CA'), cert: read.raw('REDIS_TLS_CERT'), key: read.raw('REDIS_TLS_KEY') }
  const sentinel = { username: read.raw('REDIS_SENTINEL_USERNAME'), password: read.raw('REDIS_SENTINEL_PASSWORD') }
  checkTls(read, url, tls)
  if (url.kind !== 'sentinel' && (sentinel.username ?? sentinel.password) !== undefined)
    read.problem(
      'REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD need a REDIS_URL that begins with redis-sentinel://',
    )
  return Object.freeze({ ...url, tls: url.tls === null ? null : tls, sentinel })
}

function readUrl(read: EnvReader, text: string): RedisConfig {
  try {
    return redisAt(text)
  } catch (error) {
    if (!(error instanceof BadRedisUrl)) throw error
    read.problem(`REDIS_URL ${error.message}`)
    return redisAt('redis://unset')
  }
}

function checkTls(read: EnvReader, url: RedisConfig, { ca, cert, key }: RedisTls): void {
  if ((ca ?? cert ?? key) === undefined) return
  if (url.tls === null)
    read.problem('REDIS_TLS_CA, REDIS_TLS_CERT and REDIS_TLS_KEY need a REDIS_URL that begins with rediss')
  if ((cert === undefined) !== (key === undefined))
    read.problem('REDIS_TLS_CERT and REDIS_TLS_KEY go together: set both or neither')
  try {
    createSecureContext({ ca, cert, key })
  } catch {
    read.problem(
      'REDIS_TLS_CA, REDIS_TLS_CERT and REDIS_TLS_KEY must be PEM text, the key that of the certificate; REDIS_TLS_CA_FILE and so on take a path',
    )
  }
}
