import { AppError, type ErrorKind } from '#shared/domain/errors.ts'

/** What @tus/server throws and answers by itself (its ERRORS table, by status), in our words. */
const KNOWN: Readonly<Record<number, readonly [ErrorKind, string, string]>> = {
  400: ['invalid', 'bad_tus_request', 'Cannot read the tus request'],
  403: ['invalid', 'missing_offset', 'Cannot append: send Upload-Offset with the offset a HEAD request gives'],
  404: ['missing', 'unknown_upload', 'Cannot find the upload: no upload has this id'],
  409: [
    'conflict',
    'wrong_offset',
    'Cannot append at this Upload-Offset: ask for the offset with HEAD and go on from there',
  ],
  410: ['gone', 'expired', 'Cannot use the upload: it is gone; create it anew'],
  412: ['unsupportedVersion', 'tus_version', 'Cannot speak this version of tus: send Tus-Resumable: 1.0.0'],
  413: ['tooLarge', 'body_too_large', 'Cannot accept the body: it is longer than what remains of Upload-Length'],
  501: ['invalid', 'unsupported_extension', 'Cannot do this: the tus extension is not offered, see Tus-Extension'],
}

/** The library's status and text as an error of ours; undefined for what it did not foresee either. */
export function fromTusStatus(status: number, text: string): AppError | undefined {
  const known = KNOWN[status]
  if (known === undefined) return undefined
  const [kind, code, message] = known
  const said = status === 400 ? `${message}: ${text.trim().replace(/\.$/, '')}` : message
  return new AppError(kind, code, said)
}

/** A thrown error of the library carries `status_code` and `body`. */
export function fromTusError(error: unknown): unknown {
  if (error instanceof AppError || typeof error !== 'object' || error === null) return error
  if (!('status_code' in error) || typeof error.status_code !== 'number') return error
  return fromTusStatus(error.status_code, 'body' in error ? String(error.body) : '') ?? error
}
