import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '#shared/contracts/token.ts'
import type { AppError } from '#shared/domain/errors.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { UploadLock } from '#shared/redis/upload-lock.ts'

/** What belongs to one request from its arrival to its answer. */
export type RequestContext = {
  readonly requestId: string
  readonly req: IncomingMessage
  readonly res: ServerResponse
  principal: Principal | undefined
  /** The upload this request is about, once known. */
  record: UploadRecord | undefined
  /** When the last byte of it came, ms since the epoch, as far as this request has looked. */
  lastByteAt: number | undefined
  /** The lock the tus library took for this request. */
  lock: UploadLock | undefined
  /** Why the tus library was told to refuse, with the headers its answer needs. */
  failure: AppError | undefined
}

const storage = new AsyncLocalStorage<RequestContext>()

export const withContext = <Value>(context: RequestContext, run: () => Value): Value => storage.run(context, run)

/** The context of the request being served. */
export function requestContext(): RequestContext {
  const context = storage.getStore()
  if (context === undefined) throw new Error('There is no request here')
  return context
}

/** Throws once the lock of this request is lost. A creation without a body has none: nobody else knows of its upload yet. */
export const assertHeldHere = (): void => requestContext().lock?.assertHeld()

/** Who asks; only behind `authenticate`. */
export function principalHere(): Principal {
  const { principal } = requestContext()
  if (principal === undefined) throw new Error('This route was reached without authentication')
  return principal
}

/** Ties the rest of the request, and its log lines, to an upload. */
export function aboutUpload(record: UploadRecord): void {
  requestContext().record = record
}

/** What every log line of a request carries. */
export function requestFields(): object {
  const context = storage.getStore()
  if (context === undefined) return {}
  return context.record === undefined
    ? { requestId: context.requestId }
    : { requestId: context.requestId, uploadId: context.record.id }
}
