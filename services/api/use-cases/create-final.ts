import { type FinalRecord, isFinal, isPartial, piecesOf } from '#shared/domain/final-record.ts'
import { rebuilding } from '#shared/redis/index-replies.ts'
import type { IndexedUpload, UploadIndex } from '#shared/redis/upload-index.ts'
import type { UploadLock, UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Placement } from '#shared/storage/placement.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { FinishUpload } from '#shared/uploads/finish-upload.ts'
import type { LookupUpload } from '#shared/uploads/lookup-upload.ts'
import { type Admission, assertNameFree, newRecord } from './admit-upload.ts'
import { assertMayUse, assertOwn, claimedAlready, noPartial } from './own-partials.ts'
import { tooLong } from './room.ts'

export type CreateFinalDeps = {
  index: UploadIndex
  lookup: LookupUpload
  files: UploadFiles
  placement: Placement
  locks: UploadLocks
  finish: FinishUpload
  limits: { maxUploadBytes: number; uploadExpiryMs: number }
  now: () => Date
}

export type FinalAdmission = Omit<Admission, 'length' | 'concat'> & {
  readonly header: string
  readonly partials: readonly string[]
}

/** Longest wait for another request that finishes the same final, ms. */
const WAIT_MS = 15_000
/** The partials' bytes are reserved already: a final brings none. */
const NO_LIMIT = { quotaBytes: -1, freeBytes: -1 }

/**
 * Makes a final of partial uploads, which may still be on their way. The same request again (its answer was lost) is answered with
 * the same upload. `created` is false then. Throws `unavailable` while the index is not whole: another final may have a partial already.
 */
export function createCreateFinal({ index, lookup, files, placement, locks, finish, limits, now }: CreateFinalDeps) {
  return async function createFinal(admission: FinalAdmission): Promise<{ record: FinalRecord; created: boolean }> {
    const { principal, partials } = admission
    await placement.assertMounted()
    const found = await Promise.all(partials.map((id) => lookup.live(id, principal.user)))
    for (const upload of found) assertOwn(upload, principal)
    const claimer = found.find((upload) => upload?.partial?.final)?.partial?.final
    if (claimer) return { record: await sameAgain(claimer, admission), created: false }
    const pieces = found.map(assertMayUse)
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (length > limits.maxUploadBytes) throw tooLong(length, limits.maxUploadBytes)
    const concat = { kind: 'final', header: admission.header, pieces, assembled: null } as const
    const record = newRecord({ ...admission, length, concat }, now(), limits.uploadExpiryMs) as FinalRecord
    await assertNameFree(placement, record)
    return create(record, admission)
  }

  async function create(record: FinalRecord, admission: FinalAdmission) {
    return locked(locks.newLock(record.id, undefined, true), async (assertHeld) => {
      const reply = await index.create(record, 0, NO_LIMIT)
      if (reply.kind === 'claimed') return { record: await sameAgain(reply.final, admission), created: false }
      if (reply.kind === 'rebuilding') throw rebuilding()
      if (reply.kind !== 'created') throw noPartial()
      await writeAndFinish(record, assertHeld).catch(async (error: unknown) => {
        const reply = await index.step('delete', record, 0, true)
        // Else somebody else has brought it on meanwhile.
        if (reply.kind === 'stepped') await files.removeRecord(record)
        throw error
      })
      return { record, created: true }
    })
  }

  /** The record, before anybody is told of it; then on, if nothing is missing. */
  async function writeAndFinish(record: FinalRecord, assertHeld: () => void): Promise<void> {
    await files.writeRecord(record, assertHeld)
    await assertClaimed(record)
    await finish(record, record.length, assertHeld)
  }

  /**
   * Redis may have lost the claim, and been rebuilt, before the disk knew of it: then the partials may be another final's. From the
   * record on every rebuild knows of it, so that a claim which stands now stays.
   */
  async function assertClaimed(record: FinalRecord): Promise<void> {
    await lookup.live(record.id, record.owner)
    const pieces = await index.getMany(piecesOf(record))
    const claimed = pieces.filter(({ partial }) => partial?.final === record.id)
    if (claimed.length < record.concat.pieces.length) throw claimedAlready()
  }

  async function sameAgain(id: string, { principal, partials }: FinalAdmission): Promise<FinalRecord> {
    const claimer = await index.get(id)
    if (!isSame(claimer, principal.user, partials)) throw claimedAlready()
    // Whoever made it may have died before the disk knew.
    await locked(locks.newLock(id), async (assertHeld) => {
      const { record } = (await index.get(id)) ?? {}
      if (record?.state === 'receiving' && isFinal(record)) await writeAndFinish(record, assertHeld)
    })
    return claimer.record
  }

  async function locked<Value>(lock: UploadLock, run: (assertHeld: () => void) => Promise<Value>): Promise<Value> {
    await lock.lock(AbortSignal.timeout(WAIT_MS), () => undefined)
    try {
      return await run(lock.assertHeld)
    } finally {
      await lock.unlock()
    }
  }
}

function isSame(
  found: IndexedUpload | undefined,
  owner: string,
  partials: readonly string[],
): found is IndexedUpload & { record: FinalRecord } {
  if (found === undefined || !isFinal(found.record) || isPartial(found.record)) return false
  const { record } = found
  return (
    record.owner === owner &&
    record.state !== 'deleted' &&
    record.state !== 'expired' &&
    piecesOf(record).join() === partials.join()
  )
}
