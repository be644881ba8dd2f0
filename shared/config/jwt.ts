import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { EnvReader } from './env.ts'

export const JWT_ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number]

export type JwtConfig = {
  /** A KeyObject also for HS256: from a string jsonwebtoken would try to make a public key first, for each token. */
  readonly key: KeyObject
  readonly algorithms: readonly JwtAlgorithm[]
  readonly requiredPermission: string
  readonly requiredGroup: string | null
  readonly adminGroups: readonly string[]
}

/** RFC 7518 §3.2: an HS256 key has at least the size of the hash output. */
const MIN_SECRET_BYTES = 32
/** Secrets that stand in manuals and in the old dashboard's sources. */
const DEFAULT_SECRETS =
  /^(secret|change[-_ ]?me|dev|development|your[-_].*|jwt[-_]?secret.*|.*(dev|default|change|example).*(secret|key|production).*|(.)\4*)$/i

/** Who may come in: the key, and the algorithms that go with it (never both kinds: RFC 8725 §3.1). */
export function readJwt(read: EnvReader, production: boolean): JwtConfig {
  const secret = read.raw('JWT_SECRET_KEY')
  const pem = read.raw('JWT_PUBLIC_KEY')
  if (secret === undefined && pem === undefined)
    read.problem('JWT_SECRET_KEY or JWT_PUBLIC_KEY is missing: set the one your portal signs with')
  if (secret !== undefined && pem !== undefined)
    read.problem('JWT_SECRET_KEY and JWT_PUBLIC_KEY are both set: keep the one your portal signs with')
  if (secret !== undefined && production) checkSecret(secret, read)
  const publicKey = pem === undefined ? undefined : readPublicKey(pem, read)
  const fits = publicKey === undefined ? ['HS256'] : publicKey.asymmetricKeyType === 'ec' ? ['ES256'] : ['RS256']
  const wanted = read.list('JWT_ALGORITHMS', fits)
  const algorithms = JWT_ALGORITHMS.filter((algorithm) => wanted.includes(algorithm))
  if (algorithms.length !== wanted.length || algorithms.some((algorithm) => !fits.includes(algorithm))) {
    read.problem(`JWT_ALGORITHMS must be ${fits.join(', ')} with the key that is set`)
  }
  return {
    key: publicKey ?? createSecretKey(Buffer.from(secret ?? '')),
    algorithms,
    requiredPermission: read.text('REQUIRED_PERMISSION', 'dashboard'),
    requiredGroup: read.raw('REQUIRED_GROUP') ?? null,
    adminGroups: read.list('ADMIN_GROUPS', ['admin']),
  }
}

function checkSecret(secret: string, read: EnvReader): void {
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    read.problem(
      `JWT_SECRET_KEY is shorter than ${MIN_SECRET_BYTES} bytes: take a random one, e.g. from "openssl rand -base64 48"`,
    )
  } else if (DEFAULT_SECRETS.test(secret)) {
    read.problem('JWT_SECRET_KEY is a default from a manual: take a random one, e.g. from "openssl rand -base64 48"')
  }
}

function readPublicKey(pem: string, read: EnvReader): KeyObject | undefined {
  try {
    return createPublicKey(pem.replaceAll('\\n', '\n'))
  } catch {
    read.problem(
      'JWT_PUBLIC_KEY must be a public key in PEM form (-----BEGIN PUBLIC KEY-----), RSA for RS256 or P-256 for ES256',
    )
    return undefined
  }
}
