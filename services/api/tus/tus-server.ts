import { Server } from '@tus/server'
import { v7 as uuidv7 } from 'uuid'
import { AppError, type ErrorKind } from '#shared/domain/errors.ts'
import type { UploadLock, UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Logger } from '#shared/runtime/logger.ts'
import type { Received } from '#shared/storage/receive.ts'
import { type BodyPlan, DRAIN_MS } from '../bodies/receive-body.ts'
import { errorAnswer, logIfOurs, translateFault } from '../http/answer-error.ts'
import { bringsBody } from '../http/finish-answer.ts'
import { principalHere, requestContext } from '../http/request-context.ts'
import { checksumOf, lateChecksumOf } from './checksum.ts'
import { fromTusError } from './tus-errors.ts'
import type { UploadStore } from './upload-store.ts'

export type TusServerDeps = {
  path: string
  store: UploadStore
  locks: UploadLocks
  maxUploadBytes: number
  /** Admits the upload of this request under `id`; throws what the client is to be told. */
  admit: (id: string, length: number | null) => Promise<void>
  receiveBody: (plan: BodyPlan) => Promise<Received>
  log: Logger
}

/** @tus/server with our store, our locks and the direct way of the bytes. It speaks the protocol; it decides nothing else. */
export function createTusServer({
  path,
  store,
  locks,
  maxUploadBytes,
  admit,
  receiveBody,
  log,
}: TusServerDeps): Server {
  const server = new Server({
    path,
    datastore: store,
    relativeLocation: true,
    // For Tus-Max-Size only: our own admission says the same with the figures.
    maxSize: (_req, id) => (id === null ? maxUploadBytes : 0),
    lockDrainTimeout: DRAIN_MS,
    // Never from the client: the id becomes a path and a job id.
    namingFunction: () => uuidv7(),
    getFileIdFromRequest: (_req, lastPath) => lastPath,
    onUploadCreate: async (_req, { id, size }) => {
      const context = requestContext()
      // Before anybody can hear of the id: the event of its admission is read by others at once.
      if (bringsBody(context.req)) context.lock = await takeAhead(locks, id, principalHere().user)
      await admit(id, size ?? null).catch(async (error: unknown) => {
        await context.lock?.unlock()
        throw error
      })
      return {}
    },
    locker: {
      newLock(id) {
        const context = requestContext()
        // A creation without a body writes nothing that another request could write too.
        if (context.req.method === 'POST') return context.lock ?? FREE
        const isBody = context.req.method === 'PATCH' && bringsBody(context.req)
        context.lock = locks.newLock(id, isBody ? context.record?.owner : undefined)
        return context.lock
      },
    },
    onResponseError: (_req, thrown) => {
      const { requestId } = requestContext()
      const error = translateFault(fromTusError(thrown))
      const { status, body } = errorAnswer(error, requestId)
      logIfOurs(log, error, status)
      if (error instanceof AppError) requestContext().failure = error
      return { status_code: status, body: JSON.stringify(body) }
    },
  })
  // The library would carry the body through a web stream and four more; the request itself goes to the file instead.
  for (const handler of [server.handlers.PATCH, server.handlers.POST]) {
    Reflect.set(
      handler,
      'writeToStore',
      async (_body: unknown, upload: { offset: number }, maxBytes: number, { signal }: { signal: AbortSignal }) => {
        const { req } = requestContext()
        const checksum = checksumOf(req)
        const lateChecksum = () => lateChecksumOf(req)
        const body = receiveBody({ offset: upload.offset, maxBytes, signal, checksum, lateChecksum })
        const { offset } = await body.catch(async (error: unknown) => {
          if (isRefusal(error)) await store.forgetDeclared()
          throw error
        })
        return offset
      },
    )
  }
  return server
}

/** What a body is refused for, before its upload is finished. */
const REFUSALS: readonly ErrorKind[] = ['tooLarge', 'checksumMismatch', 'invalid']
const isRefusal = (error: unknown): boolean => error instanceof AppError && REFUSALS.includes(error.kind)

const FREE = { lock: async () => undefined, unlock: async () => undefined }

/** Takes a lock before the library does; the library's own call then only says whom to ask for release. */
async function takeAhead(locks: UploadLocks, id: string, owner: string): Promise<UploadLock> {
  const lock = locks.newLock(id, owner, true)
  let asked = false
  let requestRelease: () => unknown = () => {
    asked = true
  }
  await lock.lock(new AbortController().signal, () => void requestRelease())
  return {
    ...lock,
    async lock(_signal, ask) {
      requestRelease = ask
      if (asked) void ask()
    },
  }
}
