import { AppError } from '#shared/domain/errors.ts'
import type { Room } from '#shared/redis/upload-index.ts'
import type { Layout } from '#shared/storage/layout.ts'
import { assertMounted, checkRoot, freeBytes } from '#shared/storage/root.ts'

/** How long a look at the file system holds, ms: thousands of creations a second share one. */
const FRESH_MS = 1_000

export type RoomConfig = {
  readonly quotaBytes: number | null
  readonly freeBytesReserve: number
  readonly maxUploadBytes: number
}

/** What there is room for; throws `unavailable` where the upload root is not mounted. */
export function createRoomGauge(layout: Layout, config: RoomConfig) {
  let seen: { at: number; room: Promise<Room> } | undefined
  const look = async (): Promise<Room> => {
    await checkRoot(layout)
    const free = Math.max(0, (await freeBytes(layout)) - config.freeBytesReserve)
    return { quotaBytes: config.quotaBytes ?? -1, freeBytes: free }
  }
  return async (): Promise<Room> => {
    await assertMounted(layout)
    const now = performance.now()
    if (seen === undefined || now - seen.at > FRESH_MS) seen = { at: now, room: look() }
    return seen.room
  }
}

export const tooLong = (length: number, max: number) =>
  new AppError('tooLarge', 'upload_too_large', `Cannot accept ${length} bytes: a file may have ${max} bytes at most`, {
    figures: { length, max_upload_bytes: max },
  })

export const overQuota = (bytes: number, used: number, reserved: number, limit: number) =>
  new AppError(
    'tooLarge',
    'quota_exceeded',
    `Cannot accept ${bytes} bytes: of your quota of ${limit} bytes ${used} are used and ${reserved} reserved for uploads on their way; delete files or wait`,
    { figures: { length: bytes, quota_used: used, quota_reserved: reserved, quota_limit: limit } },
  )

export const noRoom = (bytes: number, free: number, pending: number) =>
  new AppError(
    'noRoom',
    'no_room',
    `Cannot accept ${bytes} bytes: the file system has ${free} bytes to give, ${pending} of them promised to uploads on their way`,
    { figures: { length: bytes, free_bytes: free, pending_bytes: pending }, retryAfterSeconds: 300 },
  )
