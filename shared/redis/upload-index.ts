import type { QuotaView } from '../contracts/events.ts'
import { parseRecord } from '../contracts/parse-record.ts'
import { uploadView } from '../contracts/upload-view.ts'
import { isPartial, piecesOf } from '../domain/final-record.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import { stepOf, type UploadEvent, type UploadState } from '../domain/upload-state.ts'
import { type CreateReply, type ReserveReply, replyTo, type StepReply, type WholeReply } from './index-replies.ts'
import type { Keys } from './keys.ts'
import { luaScript } from './lua-script.ts'
import type { RedisClient } from './redis-client.ts'
import { laneOf, SCAN_LINE_LUA } from './scan-line.ts'

/** Events kept in the stream: what a client that was away may still catch up on. */
export const STREAM_LENGTH = 100_000
/** A gone upload answers 404 or 410 for this long before it is forgotten. */
export const GONE_SECONDS = 30 * 86_400

const script = (name: string, keyCount: number, prelude?: URL) =>
  luaScript(`airlock_${name}`, new URL(`./lua/${name}.lua`, import.meta.url), keyCount, (raw) => raw, prelude)
const createScript = script('create', 9)
const stepScript = script('step', 11, SCAN_LINE_LUA)
const reserveScript = script('reserve', 3)
const progressScript = script('progress', 3)
const wholeScript = script('whole', 3)

/** A record with the bytes received of it, as Redis has them. */
export type IndexedUpload = {
  readonly record: UploadRecord
  readonly received: number
  /** Of a partial: whether all its bytes are there for good, and the final that has claimed it. */
  readonly partial?: { readonly whole: boolean; readonly final: string | null }
}

/** What a reservation is held against: bytes; -1 for "no limit". */
export type Room = { readonly quotaBytes: number; readonly freeBytes: number }

export type UploadIndex = ReturnType<typeof createUploadIndex>

/** Live records in Redis with their indexes, quotas and events; each change is one Lua script. */
export function createUploadIndex({ redis, keys }: { redis: RedisClient; keys: Keys }) {
  const runCreate = createScript(redis)
  const runStep = stepScript(redis)
  const runReserve = reserveScript(redis)
  const runProgress = progressScript(redis)
  const runWhole = wholeScript(redis)

  const keysOf = ({ id, owner }: UploadRecord) => [
    keys.upload(id),
    keys.events,
    keys.ownerUploads(owner),
    keys.allUploads,
    keys.quota(owner),
    keys.site,
  ]

  return {
    /**
     * Admits a new upload and reserves `bytes` for it; the event `receiving` is appended. A final claims its partials in the same
     * step; a partial is on no list and makes no events.
     */
    async create(record: UploadRecord, bytes: number, room: Room): Promise<CreateReply> {
      const view = JSON.stringify(uploadView(record, 0))
      const args = [record.id, record.owner, record.state, Date.parse(record.created_at), JSON.stringify(record), view]
      const listed = isPartial(record) ? '0' : '1'
      const limits = [bytes, room.quotaBytes, room.freeBytes, STREAM_LENGTH, listed, record.created_at]
      const claims = [listed, keys.uploadPrefix, ...piecesOf(record)]
      const raw = await runCreate(
        [...keysOf(record), keys.stateUploads(record.state), keys.built, keys.ownerPartials(record.owner)],
        ...args,
        ...limits,
        ...claims,
      )
      return replyTo.create(raw)
    },

    /**
     * Makes one step; `record` is what the record shall be after it, `received` the bytes that are there. A final that leaves receipt
     * takes its partials along; with `release` they are free again instead. `from`: those of the step's states from which it shall be made.
     */
    async step(
      event: UploadEvent,
      record: UploadRecord,
      received: number,
      release = false,
      from: readonly UploadState[] = stepOf(event).from,
    ): Promise<StepReply> {
      const { to } = stepOf(event)
      const after: UploadRecord = { ...record, state: to }
      const place = after.placed_path === null ? '' : `${after.job}/${after.placed_path}`
      const raw = await runStep(
        [
          ...[...keysOf(after), keys.placed(after.owner), keys.scanLine, keys.ownerPartials(after.owner)],
          ...[keys.replaced, keys.built],
        ],
        ...[after.id, after.owner, `,${from.join(',')},`, to, Date.parse(after.updated_at), JSON.stringify(after)],
        ...[JSON.stringify(uploadView(after, received)), after.length ?? received, keys.stateUploadsPrefix],
        ...[isPartial(after) ? 0 : STREAM_LENGTH, GONE_SECONDS, after.updated_at, received, place, laneOf(after)],
        ...[keys.uploadPrefix, release ? '1' : '', ...piecesOf(after)],
      )
      return replyTo.step(raw)
    },

    /** Says that the bytes of a gone upload are removed: nothing is left to do for it. */
    async cleaned(id: string, state: UploadState): Promise<void> {
      await redis.zrem(keys.stateUploads(state), id)
    },

    /** Complete uploads whose file another one has replaced and that are not removed yet. */
    replaced: (): Promise<string[]> => redis.zrange(keys.replaced, '0', '-1'),

    async forgetReplaced(id: string): Promise<void> {
      await redis.zrem(keys.replaced, id)
    },

    /** Whether the file at the upload's place is (as far as Redis knows) still this upload's. */
    async holdsPlace({ id, owner, job, placed_path }: UploadRecord): Promise<boolean> {
      if (placed_path === null) return false
      const holder = await redis.hget(keys.placed(owner), `${job}/${placed_path}`)
      return holder === null || holder === id
    },

    /** Grows or shrinks the reservation of an upload in receipt to `bytes` in all, and stores `record` if given. */
    async reserve(id: string, owner: string, bytes: number, room: Room, record?: UploadRecord): Promise<ReserveReply> {
      const text = record === undefined ? '' : JSON.stringify(record)
      const raw = await runReserve(
        [keys.upload(id), keys.quota(owner), keys.site],
        bytes,
        room.quotaBytes,
        room.freeBytes,
        text,
        record === undefined ? 0 : Date.parse(record.updated_at),
      )
      return replyTo.reserve(raw)
    },

    /** Notes the bytes that have arrived, and that the upload is not idle. */
    async progress(id: string, received: number, now: number): Promise<void> {
      await runProgress([keys.upload(id), keys.site, keys.stateUploads('receiving')], id, received, now)
    },

    /** Notes that all bytes of a partial are there for good. */
    async whole({ id }: UploadRecord, length: number, now: number): Promise<WholeReply> {
      const raw = await runWhole([keys.upload(id), keys.site, keys.stateUploads('receiving')], id, length, now)
      return replyTo.whole(raw)
    },

    /** The record of `id`, or undefined where Redis knows none. */
    async get(id: string): Promise<IndexedUpload | undefined> {
      return parseIndexed(await redis.hmget(keys.upload(id), ...INDEXED))
    },

    /** Records of several ids in their order; unknown ones are left out. */
    async getMany(ids: readonly string[]): Promise<IndexedUpload[]> {
      if (ids.length === 0) return []
      const pipeline = redis.pipeline()
      for (const id of ids) pipeline.hmget(keys.upload(id), ...INDEXED)
      const replies = (await pipeline.exec()) ?? []
      return replies.flatMap(([error, reply]) => {
        if (error !== null) throw error
        return parseIndexed(reply as (string | null)[]) ?? []
      })
    },

    /** Ids newest first, of `owner` or of all, those older than `before` only. UUIDv7 sorts by creation time. */
    async ids(owner: string | null, before: string | null, limit: number): Promise<string[]> {
      const key = owner === null ? keys.allUploads : keys.ownerUploads(owner)
      return redis.zrevrangebylex(key, before === null ? '+' : `(${before}`, '-', 'LIMIT', 0, limit)
    },

    /**
     * Ids in `state` with the time (ms since the epoch) of their last step or byte, those before `olderThan` (and not before `since`)
     * only, read `page` at a time from the young end down, so that what leaves the set meanwhile does not shift what is still to come.
     */
    async *standing(
      state: UploadState,
      olderThan: number,
      page: number,
      since: number | '-inf' = '-inf',
    ): AsyncGenerator<{ id: string; at: number }> {
      const key = keys.stateUploads(state)
      const end = await redis.zcount(key, since, olderThan)
      for (
        let offset = Math.max(0, end - page), left = end;
        left > 0;
        left = offset, offset = Math.max(0, offset - page)
      ) {
        const found = await redis.zrangebyscore(key, since, olderThan, 'WITHSCORES', 'LIMIT', offset, left - offset)
        for (let i = 0; i + 1 < found.length; i += 2) yield { id: found[i] ?? '', at: Number(found[i + 1]) }
      }
    },

    /** Bytes used and reserved by `owner`; `limit` is passed through. */
    async quota(owner: string, limit: number | null): Promise<QuotaView> {
      const [used, reserved] = await redis.hmget(keys.quota(owner), 'used', 'reserved')
      return { owner, used: Number(used ?? 0), reserved: Number(reserved ?? 0), limit }
    },

    /** The id of the newest event, `0-0` where there is none. */
    async lastEventId(): Promise<string> {
      const [newest] = await redis.xrevrange(keys.events, '+', '-', 'COUNT', 1)
      return newest?.[0] ?? '0-0'
    },
  }
}

const INDEXED = ['record', 'received', 'state', 'whole', 'final'] as const

function parseIndexed([record, received, state, whole, final]: (string | null)[]): IndexedUpload | undefined {
  if (record === null || record === undefined) return undefined
  const parsed = parseRecord(record)
  const indexed = {
    record: state ? { ...parsed, state: state as UploadState } : parsed,
    received: Number(received ?? 0),
  }
  return isPartial(parsed) ? { ...indexed, partial: { whole: whole === '1', final: final ?? null } } : indexed
}
