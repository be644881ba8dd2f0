import { isPartial } from '#shared/domain/final-record.ts'
import { LIMITS } from '#shared/domain/limits.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { createProgressPublisher } from '#shared/redis/progress-publisher.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import { requestContext } from '../http/request-context.ts'

export type NoteProgressDeps = {
  index: UploadIndex
  publisher: ReturnType<typeof createProgressPublisher>
  log: Logger
}

/** Tells people and the index how far an upload is, a few times a second; both may be lost, the size of the file is the truth. */
export function createNoteProgress({ index, publisher, log }: NoteProgressDeps) {
  const noted = new WeakMap<object, number>()
  const toIndex = (record: UploadRecord, offset: number) =>
    index.progress(record.id, offset, Date.now()).catch((err) => log.warn({ err }, 'progress not noted'))
  const toPeople = (record: UploadRecord, received: number) =>
    !isPartial(record) &&
    publisher.upload({ upload_id: record.id, owner: record.owner, received, length: record.length })

  return {
    /** While bytes flow. */
    progress(record: UploadRecord, offset: number): void {
      const { req } = requestContext()
      const now = performance.now()
      const before = noted.get(req)
      if (before === undefined) noted.set(req, now)
      if (before === undefined || now - before < 1000 / LIMITS.progressPerSecond || offset === record.length) return
      noted.set(req, now)
      toPeople(record, offset)
      void toIndex(record, offset)
    },
    /** At the end of a body, before it is acknowledged. */
    async noteOffset(record: UploadRecord, offset: number): Promise<void> {
      toPeople(record, offset)
      await toIndex(record, offset)
    },
  }
}
