import { uploadView } from '../contracts/upload-view.ts'
import { AppError } from '../domain/errors.ts'
import { isFinal, isPartial, piecesOf } from '../domain/final-record.ts'
import type { OnDisk, UploadRecord } from '../domain/upload-record.ts'
import { isGone, type UploadState } from '../domain/upload-state.ts'
import { createAnnounce } from './announce.ts'
import { createBuildMark } from './build-mark.ts'
import type { Keys } from './keys.ts'
import { luaScript } from './lua-script.ts'
import { createRecount } from './recount.ts'
import type { RedisClient } from './redis-client.ts'
import { GONE_SECONDS, STREAM_LENGTH } from './upload-index.ts'

const script = (name: string, keyCount: number) =>
  luaScript(`airlock_${name.replace('-', '_')}`, new URL(`./lua/${name}.lua`, import.meta.url), keyCount, (raw) => raw)
const restoreScript = script('restore', 8)
const forgetScript = script('forget', 6)

/** `present`: Redis had the same or something later; `replaced`: it had something older. */
export type RestoreReply = {
  readonly kind: 'restored' | 'replaced' | 'present'
  readonly state: UploadState
  /** The upload whose place in the job belongs to a later one: it has no bytes any more. */
  readonly loser: string | null
}

export type IndexUpkeep = ReturnType<typeof createIndexUpkeep>

const partOf = ({ record, received }: OnDisk): '' | 'partial' | 'whole' =>
  isPartial(record) ? (received === record.length ? 'whole' : 'partial') : ''

/**
 * What an upload is charged, in bytes: all of it while it is on its way, what is there afterwards, nothing when it is gone. While a final
 * waits its partials are charged.
 */
export function chargeOf({ record, received }: Pick<OnDisk, 'record' | 'received'>): {
  reserved: number
  used: number
} {
  if (record.state === 'receiving') return { reserved: isFinal(record) ? 0 : (record.length ?? received), used: 0 }
  return { reserved: 0, used: isGone(record.state) ? 0 : (record.length ?? received) }
}

/** Keeps the index in Redis what the disk says; each change is one Lua script, so that uploads go on meanwhile. */
export function createIndexUpkeep({ redis, keys }: { redis: RedisClient; keys: Keys }) {
  const runRestore = restoreScript(redis)
  const runForget = forgetScript(redis)
  const announce = createAnnounce({ redis, keys })

  return {
    /** Puts one upload back, unless Redis knows something later; `tell` appends an event, as for a step. */
    async restore(upload: OnDisk, { tell }: { tell: boolean }): Promise<RestoreReply> {
      const { record, received, movedAt, bytesLeft } = upload
      const { reserved, used } = chargeOf(upload)
      const goneFor = isGone(record.state) ? Math.ceil(GONE_SECONDS - (Date.now() - movedAt) / 1_000) : 0
      // Forgotten by now, had nothing been lost.
      if (isGone(record.state) && goneFor < 0 && !bytesLeft)
        return { kind: 'present', state: record.state, loser: null }
      const place = record.placed_path === null ? '' : `${record.job}/${record.placed_path}`
      const raw = await runRestore(
        [
          ...[keys.upload(record.id), keys.ownerUploads(record.owner), keys.allUploads, keys.quota(record.owner)],
          ...[keys.site, keys.placed(record.owner), keys.events],
          keys.ownerPartials(record.owner),
        ],
        ...[record.id, record.owner, record.state, Date.parse(record.updated_at), JSON.stringify(record), received],
        ...[reserved, used, keys.stateUploadsPrefix, keys.uploadPrefix, Math.round(movedAt), place],
        ...[isGone(record.state) ? Math.max(goneFor, 60) : GONE_SECONDS, bytesLeft ? '1' : '0'],
        ...[tell ? JSON.stringify(uploadView(record, received)) : '', record.updated_at, STREAM_LENGTH],
        ...[partOf(upload), ...piecesOf(record)],
      )
      return parseRestored(raw)
    },

    /** Drops a complete upload that has not moved since `before` (ms): it stays in the ledger. */
    async forget({ id, owner, job, placed_path }: UploadRecord, before: number): Promise<boolean> {
      const reply = await runForget(
        [
          ...[keys.upload(id), keys.ownerUploads(owner), keys.allUploads, keys.quota(owner)],
          ...[keys.stateUploads('complete'), keys.placed(owner)],
        ],
        ...[id, `${job}/${placed_path ?? ''}`, before],
      )
      return reply === 1
    },

    ...createRecount({ redis, keys }),
    ...createBuildMark({ redis, keys }),

    /** State and time of the last step (ms) of several uploads, in their order; undefined for what Redis does not know. */
    async statesOf(ids: readonly string[]): Promise<({ state: UploadState; at: number } | undefined)[]> {
      const pipeline = redis.pipeline()
      for (const id of ids) pipeline.hmget(keys.upload(id), 'state', 'at')
      return ((await pipeline.exec()) ?? []).map(([error, reply]) => {
        if (error !== null) throw error
        const [state, at] = reply as (string | null)[]
        return state ? { state: state as UploadState, at: Number(at ?? 0) } : undefined
      })
    },

    /** Drops events from before `before` (ms since the epoch). */
    async trimEvents(before: number): Promise<void> {
      await redis.xtrim(keys.events, 'MINID', '~', before)
    },

    /** Adds to what the sweeps of the site have done. */
    async addActions(counts: Readonly<Record<string, number>>): Promise<void> {
      const pipeline = redis.pipeline()
      for (const [action, times] of Object.entries(counts)) pipeline.hincrby(keys.sweepActions, action, times)
      await pipeline.exec()
    },

    /** What the sweeps of the site have done since Redis began, by action. */
    actions: (): Promise<Record<string, string>> => redis.hgetall(keys.sweepActions),

    /** Tells realtime processes that the stream begins anew: their clients get snapshots. Answers the id. */
    announce: (): Promise<string> => announce('0-0'),
  }
}

const unknownReply = () => new AppError('unavailable', 'index_reply', 'Cannot read the answer of the upload index')

function parseRestored(raw: unknown): RestoreReply {
  if (!Array.isArray(raw)) throw unknownReply()
  const [kind, state, loser] = raw.map(String)
  if (kind !== 'restored' && kind !== 'replaced' && kind !== 'present') throw unknownReply()
  return { kind, state: state as UploadState, loser: loser === '' || loser === undefined ? null : loser }
}
