import { AppError } from '../domain/errors.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import type { ScanLine } from '../queue/scan-line.ts'
import type { UploadIndex } from '../redis/upload-index.ts'
import type { Logger } from '../runtime/logger.ts'
import type { UploadFiles } from '../storage/upload-files.ts'

export type FinishDeps = { files: UploadFiles; index: UploadIndex; line: ScanLine; now: () => Date; log: Logger }

/**
 * All bytes are there and durable: makes the record say so, durably, then steps, which puts it in line for its scan. Answers once the disk has it;
 * what Redis could not be told is brought through by the sweep. May run twice.
 */
export const createFinishUpload = ({ files, index, line, now, log }: FinishDeps) =>
  async function finishUpload(record: UploadRecord, size: number): Promise<void> {
    const received: UploadRecord = {
      ...record,
      length: size,
      state: 'received',
      updated_at: now().toISOString(),
      expires_at: null,
    }
    await files.writeRecord(received)
    try {
      const reply = await index.step('finish', received, size)
      if (reply.kind === 'refused' && (reply.state === 'deleted' || reply.state === 'expired')) {
        await files.removeRecord(received)
        throw new AppError('gone', 'upload_gone', `Cannot finish the upload: it is ${reply.state}`)
      }
      await line.dispatch()
    } catch (err) {
      if (err instanceof AppError && err.kind === 'gone') throw err
      log.warn({ err, uploadId: record.id }, 'received, but not queued: the sweep will')
    }
  }
