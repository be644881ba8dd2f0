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
  const isTold = ['JWT_SECRET_KEY', 'JWT_PUBLIC_KEY'].some((name) => read.isUnreadable(name))
  if (secret === undefined && pem === undefined && !isTold)
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

/** `passwordpassword…`, `1234567890123…`: long, and yet guessed at once. A random text of 32 characters has some 20 different ones. */
const isRepetitive = (secret: string): boolean => new Set(secret.toLowerCase()).size < 11

function checkSecret(secret: string, read: EnvReader): void {
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    read.problem(
      `JWT_SECRET_KEY is shorter than ${MIN_SECRET_BYTES} bytes: take a random one, e.g. from "openssl rand -base64 48"`,
    )
  } else if (DEFAULT_SECRETS.test(secret) || isRepetitive(secret)) {
    read.problem('JWT_SECRET_KEY is a default from a manual: take a random one, e.g. from "openssl rand -base64 48"')
  }
}

const MIN_RSA_BITS = 2048

/** RSA of at least 2048 bits for RS256 (RFC 7518 §3.3), P-256 for ES256 (§3.4); anything else could not verify a token. */
function readPublicKey(pem: string, read: EnvReader): KeyObject | undefined {
  const wrong = (why: string) => {
    read.problem(
      `JWT_PUBLIC_KEY ${why}: it must be a public key in PEM form, RSA of 2048 bits or more for RS256 or P-256 for ES256`,
    )
    return undefined
  }
  if (pem.includes('PRIVATE KEY')) return wrong('holds a private key, which belongs to the portal alone')
  try {
    const key = createPublicKey(pem.replaceAll('\\n', '\n'))
    const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
    if (key.asymmetricKeyType === 'rsa' && (modulusLength ?? 0) >= MIN_RSA_BITS) return key
    if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return key
    return wrong('is of another kind or too short')
  } catch {
    return wrong('cannot be read')
  }
}
