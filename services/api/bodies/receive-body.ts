import type { FileHandle } from 'node:fs/promises'
import { AppError } from '#shared/domain/errors.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { UploadLock } from '#shared/redis/upload-lock.ts'
import { isMissing } from '#shared/storage/disk-errors.ts'
import { DurableEnd } from '#shared/storage/durable-end.ts'
import { type Received, receive } from '#shared/storage/receive.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import { askForBody, bringsBody } from '../http/finish-answer.ts'
import { requestContext } from '../http/request-context.ts'
import type { ApiMetrics } from '../metrics.ts'
import type { OpenBodies } from './open-bodies.ts'
import { takeNothing } from './take-nothing.ts'

/** How long a body that was asked to let go may go on, ms. */
export const DRAIN_MS = 300

/** Hashes a body on its way, to be compared with what its client announced before or behind it. */
export type BodyChecksum = {
  update(chunk: Buffer): void
  /** Throws if the bytes are not those the client meant, `invalid` if it did not say which after all. */
  verify(): void
}

export type ReceiveBodyDeps = {
  files: UploadFiles
  finish: (record: UploadRecord, size: number, assertHeld: () => void) => Promise<void>
  /** Keeps a reservation ahead of the bytes where the length is not known. */
  reserveAhead: (record: UploadRecord) => (end: number) => Promise<void>
  progress: (record: UploadRecord, offset: number) => void
  /** The offset a body ended at: from it the idle time and the room still promised are counted. */
  noteOffset: (record: UploadRecord, offset: number) => Promise<void>
  bodies: OpenBodies
  metrics: ApiMetrics
}

export type BodyPlan = {
  readonly offset: number
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** What the body must hash to, if its client said so. */
  readonly checksum?: BodyChecksum | undefined
  /** What it must hash to besides, as its client said behind it; asked once the body is there. Throws for what cannot be read. */
  readonly lateChecksum?: () => BodyChecksum | undefined
  /** Where this body ends, an upload of unknown length ends too. */
  readonly completes?: boolean
  /** Told of offsets reached and durable while bytes still come. */
  readonly onDurable?: (offset: number) => void
}

/**
 * The body of a PATCH or of a creation with upload, from the socket to the staging file; answers the offset reached, and whether the
 * body came to its end. Every byte counted in it is on the disk (fdatasync), and if it is the last one so is the record.
 */
export function createReceiveBody({
  files,
  finish,
  reserveAhead,
  progress,
  noteOffset,
  bodies,
  metrics,
}: ReceiveBodyDeps) {
  return async function receiveBody({ offset, maxBytes, signal, checksum, ...plan }: BodyPlan): Promise<Received> {
    const { req, res, record, lock } = requestContext()
    if (record === undefined) throw new Error('This request is not about an upload yet')
    if (lock === undefined) {
      // A creation that only names the type of a body it does not have.
      if (!bringsBody(req)) return { offset, ended: true }
      throw new Error('A body may be received under the lock of its upload only')
    }
    if (record.state !== 'receiving') {
      askForBody(req, res)
      const ended = await bodies.during(signal, (end) => takeNothing(req, end))
      if (ended) checksum?.verify()
      return { offset, ended }
    }
    const ahead = record.length === null ? reserveAhead(record) : undefined
    const proving = checksum !== undefined
    const writer = await files.beginWriting(record, offset, lock.assertHeld, proving).catch((error: unknown) => {
      throw isMissing(error) ? notReady(error) : error
    })
    const { file } = writer
    askForBody(req, res)
    const guard = (end: number) => {
      lock.assertHeld()
      return ahead?.(end)
    }
    const durable = new DurableEnd(file, offset, plan.onDurable)
    const hooks = {
      onProgress: (at: number) => {
        progress(record, at)
        durable.reached(at)
      },
      ...(checksum === undefined ? {} : { onChunk: checksum.update }),
    }
    try {
      const { offset: reached, ended } = await bodies.during(signal, (end) =>
        receive(req, file, { offset, maxBytes, signal: end, ownsChunks: true, guard, ...hooks }),
      )
      // Bytes that cannot be proved are not kept (tus 1.0.0 "checksum"): back to where the body began.
      const back = () => rewind(file, offset, lock)
      if (checksum !== undefined && !ended) return { offset: await back(), ended }
      await orElse(back, async () => {
        checksum?.verify()
        if (ended) await verifyLate(plan.lateChecksum?.(), files.readBack(record, offset, reached))
      })
      metrics.receivedBytes.inc(reached - offset)
      await durable.sync(reached)
      lock.assertHeld()
      const isLast = reached === record.length || (record.length === null && plan.completes === true && ended)
      // Behind the last body stands the record, which says the same.
      await writer.proved?.moveTo(reached, !isLast)
      if (isLast) {
        await writer.rest()
        metrics.finished.inc()
        await finish(record, reached, lock.assertHeld)
      } else if (reached > offset) {
        if (offset === 0) await files.writeRecord(record, lock.assertHeld)
        await noteOffset(record, reached)
      }
      return { offset: reached, ended }
    } catch (error) {
      await durable.keepWhatIsSafe(lock.assertHeld)
      throw error
    } finally {
      await writer.close()
    }
  }
}

const notReady = (cause: unknown) =>
  new AppError('locked', 'not_ready', 'Cannot append yet: the upload is still being created', {
    cause,
    retryAfterSeconds: 1,
  })

async function rewind(file: FileHandle, offset: number, lock: UploadLock): Promise<number> {
  lock.assertHeld()
  await file.truncate(offset)
  return offset
}

async function orElse(back: () => Promise<number>, verify: () => Promise<void>): Promise<void> {
  try {
    await verify()
  } catch (error) {
    await back()
    throw error
  }
}

async function verifyLate(checksum: BodyChecksum | undefined, bytes: () => AsyncIterable<Buffer>): Promise<void> {
  if (checksum === undefined) return
  for await (const chunk of bytes()) checksum.update(chunk)
  checksum.verify()
}
