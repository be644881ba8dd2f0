import { AppError } from '../domain/errors.ts'
import { type FinalRecord, isFinal, piecesOf } from '../domain/final-record.ts'
import { laterThan, type UploadRecord } from '../domain/upload-record.ts'
import type { UploadIndex } from '../redis/upload-index.ts'
import type { UploadLocks } from '../redis/upload-lock.ts'
import type { Logger } from '../runtime/logger.ts'
import type { UploadFiles } from '../storage/upload-files.ts'

export type FinishPartialDeps = {
  files: UploadFiles
  index: UploadIndex
  locks: UploadLocks
  now: () => Date
  log: Logger
}

/** Longest wait for the request that is creating the final, ms. */
const WAIT_MS = 15_000

/** Whether the bytes of all partials of a final are there for good. */
export async function areWhole(index: UploadIndex, final: FinalRecord): Promise<boolean> {
  const found = await index.getMany(piecesOf(final))
  return found.length === final.concat.pieces.length && found.every(({ partial }) => partial?.whole === true)
}

/** The end of a partial: durable like any upload's, and the last one of a waiting final lets that one go on. May run twice. */
export function createFinishPartial(
  { files, index, locks, now, log }: FinishPartialDeps,
  finishFile: (record: UploadRecord, size: number, assertHeld: () => void) => Promise<void>,
) {
  /** Under the final's lock, so that a record written late cannot undo what its scan has done meanwhile. */
  async function bringOn(id: string): Promise<void> {
    const lock = locks.newLock(id)
    await lock.lock(AbortSignal.timeout(WAIT_MS), () => undefined)
    try {
      const record = (await index.get(id))?.record
      if (record === undefined || !isFinal(record) || record.state !== 'receiving') return
      if (!(await areWhole(index, record))) return
      await finishFile(record, record.length, lock.assertHeld)
    } finally {
      await lock.unlock()
    }
  }

  return async function finishPartial(record: UploadRecord, size: number, assertHeld: () => void): Promise<void> {
    await files.writeRecord({ ...record, length: size, updated_at: laterThan(record, now()) }, assertHeld)
    try {
      const reply = await index.whole(record, size, now().getTime())
      if (reply.kind === 'refused') {
        await files.removeRecord(record)
        throw new AppError('gone', 'upload_gone', `Cannot finish the upload: it is ${reply.state}`)
      }
      if (reply.kind === 'whole' && reply.final !== null) await bringOn(reply.final)
    } catch (err) {
      if (err instanceof AppError && err.kind === 'gone') throw err
      log.warn({ err, uploadId: record.id }, 'partial received, but not noted: the sweep will')
    }
  }
}
