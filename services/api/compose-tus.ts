import type { Server } from '@tus/server'
import { parseUploadMetadata } from '#shared/contracts/upload-metadata.ts'
import type { Concat } from '#shared/domain/concat.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { createProgressPublisher } from '#shared/redis/progress-publisher.ts'
import type { IndexedUpload, Room, UploadIndex } from '#shared/redis/upload-index.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { Placement } from '#shared/storage/placement.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { LookupUpload } from '#shared/uploads/lookup-upload.ts'
import type { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { createNoteProgress } from './bodies/note-progress.ts'
import type { OpenBodies } from './bodies/open-bodies.ts'
import { createReceiveBody } from './bodies/receive-body.ts'
import type { ApiConfig } from './config.ts'
import { aboutUpload, principalHere, requestContext } from './http/request-context.ts'
import { createIetfUploads, type IetfUploads } from './ietf/ietf-uploads.ts'
import type { ApiMetrics } from './metrics.ts'
import { TUS_PATH } from './paths.ts'
import { createFinalUploads, type FinalUploads } from './tus/final-uploads.ts'
import { createTusServer } from './tus/tus-server.ts'
import { UploadStore } from './tus/upload-store.ts'
import { createAdmitUpload } from './use-cases/admit-upload.ts'
import { createCreateFinal } from './use-cases/create-final.ts'
import type { FindUpload } from './use-cases/find-upload.ts'
import { createGrowReservation } from './use-cases/grow-reservation.ts'
import { createUploadToken } from './use-cases/upload-token.ts'
import { parseWantedUpload } from './use-cases/wanted-upload.ts'

export type TusParts = {
  config: ApiConfig
  index: UploadIndex
  lookup: LookupUpload
  files: UploadFiles
  placement: Placement
  locks: UploadLocks
  publisher: ReturnType<typeof createProgressPublisher>
  metrics: ApiMetrics
  bodies: OpenBodies
  log: Logger
  find: FindUpload
  finish: (record: UploadRecord, size: number, assertHeld: () => void) => Promise<void>
  remove: (found: IndexedUpload) => Promise<void>
  removeUpload: ReturnType<typeof createRemoveUpload>
  /** Takes an admission back; what stands in the way is the sweep's. */
  withdraw: (record: UploadRecord) => Promise<void>
  room: () => Promise<Room>
  now: () => Date
}

/** Puts both upload protocols together, on one store, one admission and one way of the bytes. */
export function composeTus(parts: TusParts): { tus: Server; finals: FinalUploads; ietf: IetfUploads } {
  const { config, files, metrics, finish } = parts
  const admitUpload = createAdmitUpload({ ...parts, limits: config })
  const grow = createGrowReservation({ ...parts, maxUploadBytes: config.maxUploadBytes })
  const store = new UploadStore({
    ...parts,
    find: (id) => parts.find(id, principalHere()),
    declareLength: grow.declareLength,
    forgetLength: grow.forgetLength,
    withdraw: (record) => parts.removeUpload.withdraw(record),
  })
  const admit = async (id: string, length: number | null, metadata: string, concat?: Concat) => {
    const wanted = parseWantedUpload(id, parseUploadMetadata(metadata))
    const { token, sha256 } = createUploadToken()
    const admission = { id, principal: principalHere(), length, metadata, wanted, tokenSha256: sha256 }
    aboutUpload(await admitUpload(concat === undefined ? admission : { ...admission, concat }))
    requestContext().res.setHeader('Upload-Token', token)
    metrics.created.inc()
  }
  const receiveBody = createReceiveBody({
    files,
    finish,
    reserveAhead: grow.ahead,
    ...createNoteProgress(parts),
    bodies: parts.bodies,
    metrics,
  })
  const shared = { store, locks: parts.locks, maxUploadBytes: config.maxUploadBytes, receiveBody }
  const tus = createTusServer({
    ...shared,
    path: TUS_PATH,
    log: parts.log,
    admit: (id, length) => {
      const { 'upload-metadata': metadata, 'upload-concat': concat } = requestContext().req.headers
      const partial = concat === 'partial' ? ({ kind: 'partial' } as const) : undefined
      return admit(id, length, typeof metadata === 'string' ? metadata : '', partial)
    },
  })
  const finals = createFinalUploads({ createFinal: createCreateFinal({ ...parts, limits: config }), files, metrics })
  return { tus, finals, ietf: createIetfUploads({ ...shared, admit, finish, withdraw: parts.withdraw }) }
}
