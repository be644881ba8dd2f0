import { AppError } from '#shared/domain/errors.ts'
import { MIB } from '#shared/domain/limits.ts'
import { laterThan, type UploadRecord } from '#shared/domain/upload-record.ts'
import type { Room, UploadIndex } from '#shared/redis/upload-index.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import { noRoom, overQuota, tooLong } from './room.ts'

export type GrowDeps = {
  index: UploadIndex
  files: UploadFiles
  room: () => Promise<Room>
  maxUploadBytes: number
  now: () => Date
}

/** An upload of unknown length reserves this much ahead of its bytes. */
const STEP_BYTES = 64 * MIB

/** Reservations of uploads whose length was deferred at creation. */
export function createGrowReservation({ index, files, room, maxUploadBytes, now }: GrowDeps) {
  async function reserve(record: UploadRecord, bytes: number, after?: UploadRecord): Promise<void> {
    const free = await room()
    const reply = await index.reserve(record.id, record.owner, bytes, free, after)
    if (reply.kind === 'quota') throw overQuota(bytes, reply.used, reply.reserved, free.quotaBytes)
    if (reply.kind === 'room') throw noRoom(bytes, free.freeBytes, reply.pending)
    if (reply.kind === 'missing')
      throw new AppError('missing', 'unknown_upload', 'Cannot find the upload: no upload has this id')
    if (reply.kind === 'refused')
      throw new AppError('conflict', 'not_receiving', `Cannot add bytes to the upload: it is ${reply.state}`)
  }

  return {
    /** The length became known: reserves all of it and keeps it with the record. */
    async declareLength(record: UploadRecord, length: number): Promise<UploadRecord> {
      if (length > maxUploadBytes) throw tooLong(length, maxUploadBytes)
      const after = { ...record, length, updated_at: laterThan(record, now()) }
      await reserve(record, length, after)
      await files.writeRecord(after)
      return after
    },
    /** Takes back what {@link declareLength} did, of an upload that has `received` bytes. */
    async forgetLength(record: UploadRecord, received: number): Promise<UploadRecord> {
      const after = { ...record, length: null, updated_at: laterThan(record, now()) }
      await files.writeRecord(after)
      await reserve(record, received, after)
      return after
    },
    /** Answers a function that keeps the reservation ahead of the offset to be reached, as bytes arrive. */
    ahead(record: UploadRecord): (end: number) => Promise<void> {
      let reserved = 0
      return async (end) => {
        if (end <= reserved) return
        if (end > maxUploadBytes) throw tooLong(end, maxUploadBytes)
        const wanted = Math.min(Math.ceil(end / STEP_BYTES) * STEP_BYTES, maxUploadBytes)
        reserved = await reserve(record, wanted).then(
          () => wanted,
          // No room for a step: there may be for just these bytes.
          () => reserve(record, end).then(() => end),
        )
      }
    },
  }
}
