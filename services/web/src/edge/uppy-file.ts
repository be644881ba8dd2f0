import type { UppyFile } from '@uppy/core'
import { fileIdentity, type OnConflict, treePath, type Waiting } from '../core/backlog.ts'

/** `name` is what Uppy shows; the others are the tus metadata. */
export type FileMeta = {
  name: string
  filename: string
  job_id: string
  on_conflict: OnConflict
  relativePath?: string
  filetype?: string
}
export type FileBody = Record<string, unknown>
export type AirlockFile = UppyFile<FileMeta, FileBody>

/** In one request, creation and all, what is small enough to be sent again from its beginning. */
const ONE_REQUEST_BYTES = 1024 * 1024

/** What Uppy is told of a file. */
export function describeFile({ file, job, onConflict }: Waiting) {
  const relativePath = treePath(file)
  const meta = {
    filename: file.name,
    job_id: job,
    on_conflict: onConflict,
    ...(relativePath === undefined ? {} : { relativePath }),
    ...(file.type === '' ? {} : { filetype: file.type }),
  }
  return { name: relativePath ?? file.name, type: file.type, data: file, source: 'Dashboard', meta: meta as FileMeta }
}

/** Uppy's own id folds case and knows no job, so that two files could pass for one. It is also the key tus resumes by. */
export function withIdentity(file: AirlockFile, owner: string): AirlockFile {
  const { name: _shown, ...sent } = file.meta
  const size = file.size ?? 0
  const { lastModified: modified } = file.data as File
  return {
    ...file,
    id: fileIdentity({ owner, job: sent.job_id, path: file.name ?? sent.filename, size, modified }),
    tus: {
      allowedMetaFields: Object.keys(sent).filter((key) => key !== 'type'),
      uploadDataDuringCreation: size <= ONE_REQUEST_BYTES,
      storeFingerprintForResuming: size > ONE_REQUEST_BYTES,
    },
  } as AirlockFile
}

/** The way back: what was dropped, from what Uppy made of it. */
export const waitingAgain = ({ data, meta }: AirlockFile): Waiting => ({
  file: data as File,
  job: meta.job_id,
  onConflict: meta.on_conflict,
})
