import type { Principal } from '#shared/contracts/token.ts'
import type { Concat } from '#shared/domain/concat.ts'
import { AppError } from '#shared/domain/errors.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { rebuilding } from '#shared/redis/index-replies.ts'
import type { Room, UploadIndex } from '#shared/redis/upload-index.ts'
import type { Placement } from '#shared/storage/placement.ts'
import { noRoom, overQuota, tooLong } from './room.ts'
import type { WantedUpload } from './wanted-upload.ts'

export type AdmitDeps = {
  index: UploadIndex
  placement: Placement
  room: () => Promise<Room>
  limits: { maxUploadBytes: number; uploadExpiryMs: number }
  now: () => Date
}

export type Admission = {
  readonly id: string
  readonly principal: Principal
  /** Bytes, or null where the length is deferred. */
  readonly length: number | null
  readonly metadata: string
  readonly wanted: WantedUpload
  readonly tokenSha256: string
  readonly concat?: Concat
}

/** Decides whether a new upload may come in, and reserves its room; refuses here, not after 40 GB. */
export const createAdmitUpload = ({ index, placement, room, limits, now }: AdmitDeps) =>
  async function admitUpload(admission: Admission): Promise<UploadRecord> {
    const { length } = admission
    if (length !== null && length > limits.maxUploadBytes) throw tooLong(length, limits.maxUploadBytes)
    const record = newRecord(admission, now(), limits.uploadExpiryMs)
    const free = await room()
    await assertNameFree(placement, record)
    await reserve(index, record, free)
    return record
  }

/** The record an upload begins with. */
export function newRecord(admission: Admission, at: Date, expiryMs: number): UploadRecord {
  const { id, principal, length, metadata, wanted, tokenSha256, concat } = admission
  return {
    version: 1,
    id,
    owner: principal.user,
    groups: principal.groups,
    token_sha256: tokenSha256,
    job: wanted.job,
    path: wanted.path,
    placed_path: null,
    length,
    state: 'receiving',
    on_conflict: wanted.onConflict,
    declared_sha256: wanted.declaredSha256,
    declared_type: wanted.declaredType,
    metadata,
    created_at: at.toISOString(),
    updated_at: at.toISOString(),
    expires_at: new Date(at.getTime() + expiryMs).toISOString(),
    decision: null,
    verdict: null,
    ...(concat === undefined ? {} : { concat }),
    held_reason: null,
  }
}

/** Throws `conflict` where `on_conflict` is `refuse` and the job has a file of the name. */
export async function assertNameFree(placement: Placement, record: UploadRecord): Promise<void> {
  if (record.on_conflict === 'refuse' && (await placement.isTaken(record))) throw taken()
}

async function reserve(index: UploadIndex, record: UploadRecord, room: Room): Promise<void> {
  const bytes = record.length ?? 0
  const reply = await index.create(record, bytes, room)
  if (reply.kind === 'quota') throw overQuota(bytes, reply.used, reply.reserved, room.quotaBytes)
  if (reply.kind === 'room') throw noRoom(bytes, room.freeBytes, reply.pending)
  if (reply.kind === 'rebuilding') throw rebuilding()
  if (reply.kind === 'exists')
    throw new AppError('conflict', 'id_exists', 'Cannot create the upload: its id exists already; try again')
}

const taken = () =>
  new AppError(
    'conflict',
    'name_taken',
    'Cannot create the upload: the job has a file of this name, and on_conflict is "refuse"; choose rename or replace',
  )
