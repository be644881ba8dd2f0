import type { FileHandle } from 'node:fs/promises'
import { AppError } from '#shared/domain/errors.ts'
import { type FinalRecord, isAssembled, isFinal, piecesOf } from '#shared/domain/final-record.ts'
import { MIB } from '#shared/domain/limits.ts'
import { laterThan } from '#shared/domain/upload-record.ts'
import type { ProgressPublisher } from '#shared/redis/progress-publisher.ts'
import type { UploadLock, UploadLocks } from '#shared/redis/upload-lock.ts'
import { type AssemblyFiles, placedPieces } from '#shared/storage/assembly-files.ts'
import { translateDiskError } from '#shared/storage/disk-errors.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'

export type AssembleDeps = {
  files: UploadFiles
  assembly: AssemblyFiles
  locks: UploadLocks
  publisher: Pick<ProgressPublisher, 'scan'>
  now: () => Date
  /** Bytes after which what was copied is made durable and noted: what a kill, at most, makes copied again. */
  checkpointBytes?: number
}

const CHECKPOINT_BYTES = 256 * MIB
/** Longest wait for a worker that was killed in the middle: above the lease of its lock, ms. */
const WAIT_MS = 15_000

/**
 * Puts a final together: the first partial's file becomes its own, the others are appended and removed, their order kept. A crash
 * at any point is gone on from with what the disk says; bytes always go to the same place, so nothing is lost or there twice.
 * Answers the record with all bytes assembled.
 */
export function createAssembleUpload(deps: AssembleDeps) {
  const { files, assembly, locks } = deps

  /** The parts' bytes are in the final: what is left of them goes. */
  async function clear(record: FinalRecord): Promise<FinalRecord> {
    for (const id of piecesOf(record)) await files.remove({ owner: record.owner, id })
    return record
  }

  /** Whoever had the lock before may have come further. */
  async function current(record: FinalRecord): Promise<FinalRecord> {
    const onDisk = await files.readRecord(record)
    return onDisk !== undefined && isFinal(onDisk) ? onDisk : record
  }

  async function assemble(record: FinalRecord, lock: UploadLock, signal: AbortSignal): Promise<FinalRecord> {
    if (isAssembled(record)) return record
    await assembly.adopt(record)
    const file = await files.openData(record)
    try {
      return await new Assembly(deps, record, file, lock).run(signal)
    } finally {
      await file.close()
    }
  }

  return async function assembleUpload(record: FinalRecord, signal: AbortSignal): Promise<FinalRecord> {
    if (isAssembled(record)) return clear(record)
    // Not the upload's own lock: HEAD and DELETE take that one, and shall not wait for 100 GB.
    const lock = locks.newLock(`assembly-${record.id}`)
    await lock.lock(AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]), () => undefined)
    try {
      return await clear(await assemble(await current(record), lock, signal))
    } catch (error) {
      throw translateDiskError(error, 'put the upload together')
    } finally {
      await lock.unlock()
    }
  }
}

/** One run of an assembly, from where the one before came to. */
class Assembly {
  readonly #deps: AssembleDeps
  readonly #file: FileHandle
  readonly #lock: UploadLock
  readonly #started = performance.now()
  #record: FinalRecord
  #first = 0
  #at = 0

  constructor(deps: AssembleDeps, record: FinalRecord, file: FileHandle, lock: UploadLock) {
    this.#deps = deps
    this.#record = record
    this.#file = file
    this.#lock = lock
  }

  async run(signal: AbortSignal): Promise<FinalRecord> {
    const { assembly, checkpointBytes = CHECKPOINT_BYTES } = this.#deps
    const guard = () => this.#lock.assertHeld()
    this.#first = this.#at = await assembly.resumeAt(this.#record)
    for (const piece of placedPieces(this.#record)) {
      if (piece.end <= this.#at) continue
      for await (const at of assembly.append(this.#record, piece, this.#at, this.#file, guard)) {
        this.#at = at
        this.#tell()
        if (signal.aborted || at - (this.#record.concat.assembled ?? 0) >= checkpointBytes) await this.#checkpoint()
        if (signal.aborted) throw cutOff()
      }
    }
    if (this.#record.concat.assembled !== this.#at) await this.#checkpoint()
    return this.#record
  }

  #tell(): void {
    const { id, owner, length: total } = this.#record
    const seconds = (performance.now() - this.#started) / 1000
    const rate = Math.round((this.#at - this.#first) / Math.max(seconds, 0.001))
    this.#deps.publisher.scan({
      ...{ upload_id: id, owner, stage: 'assembly', bytes: this.#at, total, entries: 0, rate },
    })
  }

  async #checkpoint(): Promise<void> {
    const { files, now } = this.#deps
    await this.#file.datasync()
    const concat = { ...this.#record.concat, assembled: this.#at }
    this.#record = { ...this.#record, concat, updated_at: laterThan(this.#record, now()) }
    await files.writeRecord(this.#record, this.#lock.assertHeld)
    for (const { id, end } of placedPieces(this.#record)) {
      if (end <= this.#at) await files.removeData({ owner: this.#record.owner, id })
    }
  }
}

const cutOff = () => new AppError('unavailable', 'assembly_aborted', 'Cannot go on with the assembly: it was cut off')
