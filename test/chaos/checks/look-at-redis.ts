import type { Redis } from 'ioredis'
import type { Keys } from '#shared/redis/keys.ts'

export type RedisFacts = {
  readonly quotas: ReadonlyMap<string, { used: number; reserved: number }>
  readonly pending: number
  /** Ids in the set of each state. */
  readonly states: ReadonlyMap<string, readonly string[]>
  /** Keys that may not be there while nothing goes on, each with what it holds. */
  readonly leftovers: readonly string[]
}

/** Keys that stay while nothing goes on. */
const LASTING = [
  /^uploads(:[^:]+)?$/,
  /^state:[a-z]+$/,
  /^quota:[^:]+$/,
  /^placed:[^:]+$/,
  /^(site|events|missing-decoders|built|sweep-actions|lock-age)$/,
  /^lock:sweep$/,
  // It ends by itself.
  /^rebuilding:/,
  /^relay:(lease|cursor)$/,
  /^scan-line:(turn|workers)$/,
  /^bull:scan:(meta|events|id|stalled-check|marker)$/,
]

/** What Redis holds of the site. */
export async function lookAtRedis(redis: Redis, keys: Keys): Promise<RedisFacts> {
  const names = await allKeys(redis)
  const prefix = keys.upload('')
  const tag = prefix.slice(0, -'upload:'.length)
  const quotas = new Map<string, { used: number; reserved: number }>()
  const states = new Map<string, string[]>()
  const leftovers: string[] = []
  for (const key of names) {
    const name = key.slice(tag.length)
    if (name.startsWith('quota:')) quotas.set(name.slice(6), await quotaOf(redis, key))
    if (name.startsWith('state:')) states.set(name.slice(6), await redis.zrange(key, '0', '-1'))
    const lasting = name.startsWith('upload:')
      ? await isKnownUpload(redis, key)
      : LASTING.some((shape) => shape.test(name))
    if (!key.startsWith(tag) || !lasting) leftovers.push(`${name} (${await redis.type(key)})`)
  }
  return { quotas, states, leftovers, pending: Number((await redis.hget(keys.site, 'pending')) ?? 0) }
}

async function allKeys(redis: Redis): Promise<string[]> {
  const names = new Set<string>()
  for await (const page of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>)
    for (const key of page) names.add(key)
  return [...names].sort()
}

async function quotaOf(redis: Redis, key: string): Promise<{ used: number; reserved: number }> {
  const [used, reserved] = await redis.hmget(key, 'used', 'reserved')
  return { used: Number(used ?? 0), reserved: Number(reserved ?? 0) }
}

/** A gone upload is forgotten after a while, others stay; none holds a reservation. */
async function isKnownUpload(redis: Redis, key: string): Promise<boolean> {
  const [state, reserved] = await redis.hmget(key, 'state', 'reserved')
  const gone = state === 'deleted' || state === 'expired'
  return state !== null && Number(reserved ?? 0) === 0 && (await redis.ttl(key)) > 0 === gone
}
