import type { Request } from 'express'
import { AppError } from '#shared/domain/errors.ts'

const invalid = (message: string) => new AppError('invalid', 'bad_tus_request', message)

/** A creation says how long the upload will be, or that it does not know yet (tus 1.0.0 "creation"); throws `invalid`. */
export function assertCreationLengths(req: Request): void {
  const length = req.get('upload-length')
  const deferred = req.get('upload-defer-length')
  if (length === undefined && deferred === undefined) {
    throw invalid('Cannot create the upload: send Upload-Length with its size in bytes, or Upload-Defer-Length: 1')
  }
  if (length !== undefined && deferred !== undefined) {
    throw invalid('Cannot create the upload: send Upload-Length or Upload-Defer-Length, not both')
  }
  if (deferred !== undefined && deferred !== '1')
    throw invalid('Cannot create the upload: Upload-Defer-Length can only be 1')
  if (length === undefined) return
  const bytes = parseLength(length)
  assertFits(Number(req.get('content-length') ?? 0), bytes)
}

/** The length may be told once, with a PATCH of an upload whose length was deferred. */
export function assertPatchLength(req: Request, known: number | null): void {
  const length = req.get('upload-length')
  if (length === undefined) return
  const bytes = parseLength(length)
  if (known !== null && known !== bytes)
    throw invalid(`Cannot change Upload-Length: it is ${known} already; leave the header out`)
  if (known === null && bytes < Number(req.get('upload-offset') ?? 0)) {
    throw invalid('Cannot use this Upload-Length: it is below the Upload-Offset')
  }
  assertFits(Number(req.get('upload-offset') ?? 0) + Number(req.get('content-length') ?? 0), bytes)
}

function assertFits(end: number, length: number): void {
  if (end <= length) return
  throw new AppError(
    'tooLarge',
    'body_too_large',
    `Cannot accept the body: it is longer than its Upload-Length of ${length} bytes`,
  )
}

function parseLength(text: string): number {
  if (!/^(0|[1-9]\d{0,29})$/.test(text))
    throw invalid('Cannot read Upload-Length: it must be a whole number of bytes, 0 or more')
  const bytes = Number(text)
  if (Number.isSafeInteger(bytes)) return bytes
  throw new AppError('tooLarge', 'upload_too_large', 'Cannot accept the upload: no file can be that long')
}

/** RFC 9110 §8.3.1: types compare without case, parameters do not matter here. */
export function assertOffsetStream(contentType: string | undefined): void {
  if (contentType?.split(';')[0]?.trim().toLowerCase() === 'application/offset+octet-stream') return
  throw new AppError(
    'unsupportedType',
    'wrong_content_type',
    'Cannot read the body: send Content-Type: application/offset+octet-stream',
  )
}
