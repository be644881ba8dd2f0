import { AppError } from '../domain/errors.ts'
import type { Keys } from './keys.ts'
import { luaScript } from './lua-script.ts'
import type { RedisClient } from './redis-client.ts'

const script = (name: string, keyCount: number, length: number) =>
  luaScript(
    `airlock_${name.replace('-', '_')}`,
    new URL(`./lua/${name}.lua`, import.meta.url),
    keyCount,
    (raw: unknown) => {
      if (!Array.isArray(raw) || raw.length !== length)
        throw new AppError('unavailable', 'index_reply', 'Cannot read the answer of the upload index')
      return raw.map(String)
    },
  )
const recountScript = script('recount', 3, 4)
const sliceScript = script('recount-slice', 2, 5)
const siteScript = script('recount-site', 2, 2)

/** Uploads looked at by one command: some ms of Redis's time. */
const SLICE = 1_000
/** So often the slices may fail to add up because of what was changed meanwhile. */
const LOOKS = 3

/** Bytes before and now; they differ where something had leaked. */
export type Recount = { readonly before: readonly number[]; readonly now: readonly number[] }

type Bytes = readonly [used: number, reserved: number]

/** Counts quotas anew. */
export function createRecount({ redis, keys }: { redis: RedisClient; keys: Keys }) {
  const runRecount = recountScript(redis)
  const runSlice = sliceScript(redis)
  const runSite = siteScript(redis)

  /** What an owner's uploads are charged, slice by slice, and what the quota says at the end of that. */
  async function look(owner: string): Promise<{ sum: Bytes; quota: Bytes }> {
    let sum: Bytes = [0, 0]
    let quota: Bytes = [0, 0]
    for (const list of [keys.ownerPartials(owner), keys.ownerUploads(owner)]) {
      for (let from = '-'; from !== '('; ) {
        const [used, reserved, last, ...held] = await runSlice(
          [keys.quota(owner), list],
          keys.uploadPrefix,
          from,
          SLICE,
        )
        sum = [sum[0] + Number(used), sum[1] + Number(reserved)]
        quota = [Number(held[0]), Number(held[1])]
        from = `(${last}`
      }
    }
    return { sum, quota }
  }

  return {
    /**
     * Used and reserved bytes of an owner; `repair` puts the quota right. Only where the slices never add up to it (something leaked, or
     * changes all the time) all is counted in one step, which is exact and lets nobody in between: 1 s for 100,000 uploads.
     */
    async recount(owner: string, repair: boolean): Promise<Recount> {
      for (let looks = 0; looks < LOOKS; looks++) {
        const { sum, quota } = await look(owner)
        // Of an empty quota nothing shall be left.
        if (sum.every((bytes) => bytes === 0)) break
        if (sum.every((bytes, i) => bytes === quota[i])) return { before: quota, now: quota }
      }
      const lists = [keys.quota(owner), keys.ownerUploads(owner), keys.ownerPartials(owner)]
      return halves(await runRecount(lists, keys.uploadPrefix, repair ? '1' : '0'))
    },

    /** Bytes promised in the whole site. */
    async recountSite(repair: boolean): Promise<Recount> {
      return halves(await runSite([keys.site, keys.stateUploads('receiving')], keys.uploadPrefix, repair ? '1' : '0'))
    },
  }
}

function halves(reply: readonly string[]): Recount {
  const numbers = reply.map(Number)
  return { before: numbers.slice(0, reply.length / 2), now: numbers.slice(reply.length / 2) }
}
