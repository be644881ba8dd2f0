import { randomUUID } from 'node:crypto'
import type { Keys } from '#shared/redis/keys.ts'
import { luaScript } from '#shared/redis/lua-script.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'

/** How long a process that says nothing keeps the lease, ms: with the pause between two tries, the longest take-over. */
const LEASE_MS = 2_000

const script = <Reply>(name: string, keyCount: number, parse: (raw: unknown) => Reply) =>
  luaScript(
    `airlock_${name.replace('-', '_')}`,
    new URL(`../../../shared/redis/lua/${name}.lua`, import.meta.url),
    keyCount,
    parse,
  )
const takeScript = script('lease-take', 2, (raw) => (raw === null ? undefined : String(raw)))
const renewScript = script('lease-renew', 2, (raw) => raw === 1)
const releaseScript = script('lease-release', 1, (raw) => raw === 1)

export type RelayLease = ReturnType<typeof createRelayLease>

/** The right to relay events: one process in the whole site has it. */
export function createRelayLease({ redis, keys }: { redis: RedisClient; keys: Keys }) {
  const token = randomUUID()
  const both = [keys.relayLease, keys.relayCursor]
  const runTake = takeScript(redis)
  const runRenew = renewScript(redis)
  const runRelease = releaseScript(redis)
  return {
    /** The acknowledged cursor (`''`: none) if the lease is ours now, else undefined. */
    take: () => runTake(both, token, LEASE_MS),
    /** Acknowledges `cursor` and renews; false if the lease is somebody else's. */
    renew: (cursor: string) => runRenew(both, token, LEASE_MS, cursor),
    release: () => runRelease([keys.relayLease], token),
  }
}
