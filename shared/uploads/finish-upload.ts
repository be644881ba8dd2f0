import { AppError } from '../domain/errors.ts'
import { isFinal, isPartial } from '../domain/final-record.ts'
import { laterThan, type UploadRecord } from '../domain/upload-record.ts'
import type { ScanLine } from '../queue/scan-line.ts'
import { WAITING } from '../redis/index-replies.ts'
import { isMissing } from '../storage/disk-errors.ts'
import { areWhole, createFinishPartial, type FinishPartialDeps } from './finish-partial.ts'

export type FinishDeps = FinishPartialDeps & { line: ScanLine }
export type FinishUpload = ReturnType<typeof createFinishUpload>

/**
 * All bytes are there and durable: makes the record say so, durably, then steps, which puts it in line for its scan. Answers once
 * the disk has it; what Redis could not be told is brought through by the sweep. May run twice. A partial is not scanned, but may be what a final
 * waited for; a final whose partials are not all there goes on waiting. `assertHeld` throws once the lock on the upload is lost.
 */
export function createFinishUpload(deps: FinishDeps) {
  const { files, index, line, now, log } = deps

  async function finishFile(record: UploadRecord, size: number, assertHeld: () => void): Promise<void> {
    const received: UploadRecord = {
      ...record,
      length: size,
      state: 'received',
      updated_at: laterThan(record, now()),
      expires_at: null,
    }
    await files.writeRecord(received, assertHeld)
    try {
      const reply = await index.step('finish', received, size)
      if (reply.kind === 'refused' && (reply.state === 'deleted' || reply.state === 'expired')) {
        await files.removeRecord(received)
        throw new AppError('gone', 'upload_gone', `Cannot finish the upload: it is ${reply.state}`)
      }
      if (reply.kind === 'refused' && reply.state === WAITING) return
      await line.dispatch()
    } catch (err) {
      if (err instanceof AppError && err.kind === 'gone') throw err
      log.warn({ err, uploadId: record.id }, 'received, but not queued: the sweep will')
    }
  }
  const finishPartial = createFinishPartial(deps, finishFile)

  return async function finishUpload(record: UploadRecord, size: number, assertHeld: () => void): Promise<void> {
    if (isFinal(record)) {
      if (await areWhole(index, record)) await finishFile(record, record.length, assertHeld)
      return
    }
    await files.endWriting(record, size, assertHeld).catch((error: unknown) => {
      throw isMissing(error) ? finishedAlready(error) : error
    })
    return isPartial(record) ? finishPartial(record, size, assertHeld) : finishFile(record, size, assertHeld)
  }
}

/** The bytes are no longer where they are received: whoever asks again is told where the upload is. */
const finishedAlready = (cause: unknown) =>
  new AppError('locked', 'finished_already', 'Cannot finish the upload: somebody else has; ask for its offset', {
    cause,
    retryAfterSeconds: 1,
  })
