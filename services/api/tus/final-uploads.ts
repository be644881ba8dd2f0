import type { Request, Response } from 'express'
import { v7 as uuidv7 } from 'uuid'
import { parseUploadMetadata } from '#shared/contracts/upload-metadata.ts'
import { AppError } from '#shared/domain/errors.ts'
import { type FinalRecord, isAssembled } from '#shared/domain/final-record.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import { bringsBody, finishAnswer } from '../http/finish-answer.ts'
import { aboutUpload, principalHere } from '../http/request-context.ts'
import type { ApiMetrics } from '../metrics.ts'
import { TUS_PATH } from '../paths.ts'
import type { createCreateFinal } from '../use-cases/create-final.ts'
import { createUploadToken } from '../use-cases/upload-token.ts'
import { parseWantedUpload } from '../use-cases/wanted-upload.ts'
import type { WantedConcat } from './concat-header.ts'

export type FinalDeps = {
  createFinal: ReturnType<typeof createCreateFinal>
  files: UploadFiles
  metrics: ApiMetrics
}
export type FinalUploads = ReturnType<typeof createFinalUploads>

/** Final uploads of tus "concatenation": the library knows nothing of them, and they take no bytes of their own. */
export function createFinalUploads({ createFinal, files, metrics }: FinalDeps) {
  /** Before it is assembled the offset of a final is not defined: none is told. */
  async function offsetIsKnown(record: FinalRecord): Promise<boolean> {
    if (record.state === 'receiving') return false
    if (record.state === 'complete' || record.state === 'quarantined') return true
    const onDisk = (await files.readRecord(record)) ?? record
    return isAssembled({ ...record, ...onDisk } as FinalRecord)
  }

  return {
    offsetIsKnown,

    async create(req: Request, res: Response, wanted: WantedConcat & { kind: 'final' }): Promise<void> {
      assertNoBytes(req)
      const id = uuidv7()
      const metadata = req.get('upload-metadata') ?? ''
      const { token, sha256 } = createUploadToken()
      const { record, created } = await createFinal({
        ...{ id, principal: principalHere(), metadata, wanted: parseWantedUpload(id, parseUploadMetadata(metadata)) },
        ...{ tokenSha256: sha256, header: wanted.header, partials: wanted.ids },
      })
      aboutUpload(record)
      if (created) metrics.created.inc()
      if (created) res.set('Upload-Token', token)
      res.status(201).set({ Location: `${TUS_PATH}/${record.id}`, 'Upload-Concat': record.concat.header })
      if (record.state === 'receiving' && record.expires_at !== null)
        res.set('Upload-Expires', new Date(record.expires_at).toUTCString())
      await finishAnswer(req, res, '')
    },

    async head(req: Request, res: Response, record: FinalRecord): Promise<void> {
      res.status(200).set({ 'Upload-Length': String(record.length), 'Upload-Concat': record.concat.header })
      if (record.metadata !== '') res.set('Upload-Metadata', record.metadata)
      if (await offsetIsKnown(record)) res.set('Upload-Offset', String(record.length))
      await finishAnswer(req, res, '')
    },
  }
}

function assertNoBytes(req: Request): void {
  if (bringsBody(req)) throw takesNoBytes()
  if (req.get('upload-length') === undefined && req.get('upload-defer-length') === undefined) return
  throw new AppError(
    'invalid',
    'bad_concat',
    'Cannot create the final upload: its length is that of its partial uploads together; leave Upload-Length out',
  )
}

/** tus 1.0.0 "concatenation": 403 for a PATCH of a final. */
export const takesNoBytes = () =>
  new AppError('forbidden', 'final_upload', 'Cannot append to a final upload: send the bytes to its partial uploads')
