/** Every variable a process of Airlock reads; README's table is held against this list by a test. */
export const KNOWN_NAMES = [
  'UPLOAD_ROOT',
  'REDIS_URL',
  'REDIS_PREFIX',
  'REDIS_TLS_CA',
  'REDIS_TLS_CERT',
  'REDIS_TLS_KEY',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
  'JWT_SECRET_KEY',
  'JWT_PUBLIC_KEY',
  'JWT_ALGORITHMS',
  'REQUIRED_PERMISSION',
  'REQUIRED_GROUP',
  'ADMIN_GROUPS',
  'HOST',
  'API_PORT',
  'REALTIME_PORT',
  'PUBLIC_URL',
  'REALTIME_PUBLIC_URL',
  'AUTH_PORTAL_URL',
  'CORS_ORIGINS',
  'TRUST_PROXY',
  'INTERIM_RESPONSES',
  'RATE_LIMITS',
  'RATE_LIMIT_UPLOADS_PER_MINUTE',
  'RATE_LIMIT_REQUESTS_PER_HOUR',
  'RATE_LIMIT_REQUESTS_PER_DAY',
  'MAX_UPLOAD_BYTES',
  'QUOTA_BYTES',
  'FREE_BYTES_RESERVE',
  'UPLOAD_EXPIRY_HOURS',
  'UPLOADS_PER_USER',
  'SCAN_CONCURRENCY',
  'SCAN_ATTEMPTS',
  'SCANS_PER_USER',
  'POLICY_FILE',
  'CLAMD_URL',
  'DECODER_PATH',
  'SWEEP_INTERVAL_SECONDS',
  'RECONCILE_INTERVAL_MINUTES',
  'LEDGER_AFTER_HOURS',
  'RETENTION_DAYS',
  'WEB_ROOT',
  'LOG_LEVEL',
  'STOP_STEP_MS',
  'NODE_ENV',
] as const

const KNOWN = new Set<string>(KNOWN_NAMES.flatMap((name) => [name, `${name}_FILE`]))
/** Beginnings no other program is likely to use. */
const OURS = /^(UPLOAD_|JWT_|QUOTA_|RATE_LIMIT|SCAN_|ADMIN_GROUP|PLACEMENT_|FREE_BYTES|CLAMD_)/

/** The known variable that `name` is probably meant to be, or undefined if `name` is known or somebody else's. */
export function likelyMisspelling(name: string): string | undefined {
  if (KNOWN.has(name)) return undefined
  const close = KNOWN_NAMES.map((known) => ({ known, distance: editDistance(name, known) })).sort(
    (a, b) => a.distance - b.distance,
  )[0]
  if (close === undefined) return undefined
  return (close.distance <= 2 && close.known.length > 5) || OURS.test(name) ? close.known : undefined
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
