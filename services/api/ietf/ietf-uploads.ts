import { Upload } from '@tus/server'
import { v7 as uuidv7 } from 'uuid'
import { AppError } from '#shared/domain/errors.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import type { Received } from '#shared/storage/receive.ts'
import { type BodyPlan, DRAIN_MS } from '../bodies/receive-body.ts'
import { translateFault } from '../http/answer-error.ts'
import { HTTP_STATUS } from '../http/error-status.ts'
import { bringsBody } from '../http/finish-answer.ts'
import { assertHeldHere, principalHere, requestContext } from '../http/request-context.ts'
import type { UploadStore } from '../tus/upload-store.ts'
import { contentDigestOf } from './content-digest.ts'
import type { InteropVersion } from './interop-versions.ts'
import { interrupted, isInterrupted, uploadCompleted, wrongOffset } from './refusals.ts'
import { inconsistentLength, lengthOf, type UploadFields } from './upload-fields.ts'

export type IetfUploadDeps = {
  store: UploadStore
  locks: UploadLocks
  /** Admits the upload of this request under `id`; throws what the client is to be told. */
  admit: (id: string, length: number | null, metadata: string) => Promise<void>
  receiveBody: (plan: BodyPlan) => Promise<Received>
  finish: (record: UploadRecord, size: number, assertHeld: () => void) => Promise<void>
  withdraw: (record: UploadRecord) => Promise<void>
  maxUploadBytes: number
}

/** Where an upload is; `complete` once it has all its bytes, durably. */
export type Standing = { readonly offset: number; readonly complete: boolean }

/** A creation or an append: what it says, and whom it tells of offsets while it runs. */
export type Arrival = {
  readonly version: InteropVersion
  readonly fields: UploadFields
  readonly onDurable: (offset: number) => void
}

export type IetfUploads = ReturnType<typeof createIetfUploads>

/** The steps of draft-ietf-httpbis-resumable-upload on the store, locks and admission that tus uses too. */
export function createIetfUploads(deps: IetfUploadDeps) {
  const { store, locks } = deps

  /** Runs `work` under the lock of the upload; `stop` ends its body when another request wants the lock. */
  async function locked<Value>(id: string, work: (stop: AbortSignal) => Promise<Value>): Promise<Value> {
    const context = requestContext()
    const [gone, stop] = [new AbortController(), new AbortController()]
    context.res.once('close', () => gone.abort())
    // Whose body is received is counted with the lock.
    const owner = bringsBody(context.req) ? (context.record?.owner ?? principalHere().user) : undefined
    const lock = locks.newLock(id, owner)
    await lock.lock(gone.signal, () => void setTimeout(() => stop.abort(), DRAIN_MS).unref())
    context.lock = lock
    try {
      return await work(stop.signal)
    } finally {
      await lock.unlock()
    }
  }

  /** Takes the body of a request at `offset`; the upload is `length` bytes long, or it does not say yet. */
  async function take(
    arrival: Arrival,
    offset: number,
    length: number | null,
    stop: AbortSignal,
    finished = false,
  ): Promise<Standing> {
    const { req } = requestContext()
    const { last } = arrival.fields
    const checksum = contentDigestOf(req)
    if (!bringsBody(req)) {
      checksum?.verify()
      if (last && !finished) await deps.finish(recordHere(), offset, assertHeldHere)
      return { offset, complete: last || offset === length }
    }
    tellOffset(undefined)
    const { offset: reached, ended } = await deps
      .receiveBody({
        ...{ offset, signal: stop, checksum, completes: last },
        maxBytes: (length ?? deps.maxUploadBytes) - offset,
        // What a digest may still take back has not been received.
        ...(checksum === undefined ? { onDurable: arrival.onDurable } : {}),
      })
      .catch(async (error: unknown) => {
        if (length === null || !isOverrun(error)) throw error
        if (arrival.version.overrunEndsUpload) await store.remove(recordHere().id)
        throw inconsistentLength(`the body reaches beyond its ${length} bytes`)
      })
    tellOffset(reached)
    const complete = length === null ? last && ended : reached === length
    if (!ended && !complete) throw interrupted()
    if (last && !complete) throw inconsistentLength(`the last body ends at ${reached} of ${length} bytes`)
    return { offset: reached, complete }
  }

  return {
    /** A new upload. `announce` is called once it can be gone on with; it answers whether the client knows of it now. */
    async create(arrival: Arrival, metadata: string, announce: (id: string) => boolean): Promise<Standing> {
      const id = uuidv7()
      const length = lengthOf(arrival.fields, 0, null)
      let known = false
      const run = async (stop: AbortSignal) => {
        await deps.admit(id, length, metadata)
        await store.create(new Upload({ id, offset: 0 }))
        known = announce(id)
        // An empty one is finished with its creation, and may be in its place by now.
        return take(arrival, 0, length, stop, length === 0)
      }
      try {
        // Before anybody can hear of the id: the event of its admission is read by others at once.
        return await (bringsBody(requestContext().req) ? locked(id, run) : run(NEVER))
      } catch (error) {
        await forget(error, known)
        throw error
      }
    },

    async append(id: string, arrival: Arrival): Promise<Standing> {
      const { fields, version } = arrival
      return locked(id, async (stop) => {
        const { offset } = await store.getUpload(id)
        const record = recordHere()
        const complete = isComplete(record, offset)
        tellOffset(offset)
        if (fields.offset !== offset) throw wrongOffset(offset, fields.offset, complete)
        if (complete) {
          const repeated = fields.last && !bringsBody(requestContext().req)
          if (version.replaysLastAnswer && repeated) return { offset, complete }
          throw uploadCompleted()
        }
        const length = lengthOf(fields, offset, record.length)
        if (length !== null && record.length === null) await store.declareUploadLength(id, length)
        return take(arrival, offset, length, stop)
      })
    },

    /** Where the upload is; a request that is still adding bytes to it ends first. */
    look: (id: string): Promise<Standing> =>
      locked(id, async () => {
        const { offset } = await store.getUpload(id)
        return { offset, complete: isComplete(recordHere(), offset) }
      }),

    cancel: (id: string): Promise<void> => locked(id, () => store.remove(id)),
  }

  /** Takes back an upload that nobody could go on with, or that its client must not go on with. */
  async function forget(error: unknown, known: boolean): Promise<void> {
    const { record, req, res } = requestContext()
    if (record === undefined) return
    const reachable = known || (isInterrupted(error) && !req.destroyed)
    const status = statusOf(error)
    if (reachable && (status >= 500 || status === HTTP_STATUS.locked[0])) return
    for (const name of ['Location', 'Upload-Token']) res.removeHeader(name)
    await deps.withdraw(record)
  }
}

const NEVER = new AbortController().signal

/** A failure tells where the upload is too, as far as that is known. */
function tellOffset(offset: number | undefined): void {
  const { res } = requestContext()
  if (offset === undefined) res.removeHeader('Upload-Offset')
  else res.setHeader('Upload-Offset', String(offset))
}

const isComplete = ({ state, length }: UploadRecord, offset: number): boolean =>
  state !== 'receiving' || offset === length

function statusOf(thrown: unknown): number {
  const error = translateFault(thrown)
  return error instanceof AppError ? HTTP_STATUS[error.kind][0] : 500
}

function recordHere(): UploadRecord {
  const { record } = requestContext()
  if (record === undefined) throw new Error('This request is not about an upload yet')
  return record
}

const isOverrun = (error: unknown): boolean => error instanceof AppError && error.code === 'body_too_large'
