import type { IncomingMessage } from 'node:http'
import { AppError } from '#shared/domain/errors.ts'
import type { InteropVersion } from './interop-versions.ts'
import { booleanItem, integerItem } from './structured-fields.ts'

/** What a creation or an append says about the upload. Bytes; undefined where it does not say. */
export type UploadFields = {
  /** The end of the body is the end of the upload (Upload-Complete: ?1). */
  readonly last: boolean
  readonly offset: number
  readonly length: number | undefined
  /** Of the body; unknown where it comes in chunks. */
  readonly contentLength: number | undefined
}

/** What a creation says; throws `invalid` for a malformed or missing field. */
export function creationFields(req: IncomingMessage): UploadFields {
  const { complete, offset, length, contentLength } = fieldsOf(req)
  if (complete === undefined)
    throw missing('create the upload', 'Upload-Complete: ?1 with all of it, or ?0 with a part')
  if ((offset ?? 0) !== 0) throw missing('create the upload', 'no Upload-Offset: a new upload begins at 0')
  return { last: complete, offset: 0, length, contentLength }
}

/** What an append says; throws `invalid` for a malformed or missing field. */
export function appendFields(req: IncomingMessage, { completeByDefault }: InteropVersion): UploadFields {
  const { complete = completeByDefault, offset, length, contentLength } = fieldsOf(req)
  if (offset === undefined) throw missing('append', 'Upload-Offset with the offset that HEAD gives')
  if (complete === undefined) throw missing('append', 'Upload-Complete: ?1 with the last bytes, or ?0')
  return { last: complete, offset, length, contentLength }
}

/** Looking at an upload, or cancelling it, says nothing about it (interop version 6); throws `invalid` if it does. */
export function assertNoFields(req: IncomingMessage, { refusesStrayFields }: InteropVersion): void {
  const stray = ['Upload-Offset', 'Upload-Complete', 'Upload-Length'].find((name) => name.toLowerCase() in req.headers)
  if (stray !== undefined && refusesStrayFields)
    throw new AppError('invalid', 'stray_field', `Cannot take ${stray} in this request: leave it out`)
}

const missing = (doing: string, wanted: string) =>
  new AppError('invalid', 'bad_upload_field', `Cannot ${doing}: send ${wanted}`)

const fieldsOf = (req: IncomingMessage) => ({
  complete: booleanItem(req, 'Upload-Complete'),
  offset: integerItem(req, 'Upload-Offset'),
  length: integerItem(req, 'Upload-Length'),
  contentLength:
    req.headers['transfer-encoding'] === undefined ? Number(req.headers['content-length'] ?? 0) : undefined,
})

/**
 * The length of the whole upload as far as this request and those before it tell, or null; throws `inconsistent_length` where they
 * contradict one another (draft: "Length"; a last body with a Content-Length tells it too).
 */
export function lengthOf(fields: UploadFields, offset: number, known: number | null): number | null {
  const end = fields.contentLength === undefined ? undefined : offset + fields.contentLength
  const told = [known ?? undefined, fields.length, fields.last ? end : undefined]
  const lengths = new Set(told.filter((length) => length !== undefined))
  const [length] = lengths
  if (lengths.size > 1) throw inconsistentLength(`${[...lengths].join(' and ')} bytes were named`)
  if (length === undefined) return null
  if (Math.max(offset, end ?? 0) > length) throw inconsistentLength(`the body reaches beyond its ${length} bytes`)
  return length
}

export const inconsistentLength = (why: string) =>
  new AppError('invalid', 'inconsistent_length', `Cannot accept this length of the upload: ${why}`)
