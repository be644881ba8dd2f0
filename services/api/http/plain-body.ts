import type { NextFunction, Request, Response } from 'express'
import { AppError } from '#shared/domain/errors.ts'
import { bringsBody } from './finish-answer.ts'

/** Bodies are stored as they come, so one that is still encoded is refused: RFC 9112 §6.1 asks for 501, RFC 9110 §15.5.16 for 415. */
export function requirePlainBody(req: Request, res: Response, next: NextFunction): void {
  const transfer = req.get('transfer-encoding')?.trim().toLowerCase() ?? 'chunked'
  if (transfer !== 'chunked') {
    throw new AppError(
      'notImplemented',
      'transfer_coding',
      'Cannot read the body: the only Transfer-Encoding understood here is "chunked"',
    )
  }
  const content = req.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (content !== 'identity' && bringsBody(req)) {
    res.set('Accept-Encoding', 'identity')
    throw new AppError(
      'unsupportedType',
      'content_coding',
      'Cannot store the body: it is encoded; send the bytes of the file itself, without Content-Encoding',
    )
  }
  next()
}
