import { DataStore, Upload } from '@tus/server'
import { AppError } from '#shared/domain/errors.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { IndexedUpload } from '#shared/redis/upload-index.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import { aboutUpload, assertHeldHere, requestContext } from '../http/request-context.ts'

export type UploadStoreDeps = {
  files: UploadFiles
  find: (id: string) => Promise<IndexedUpload>
  finish: (record: UploadRecord, size: number, assertHeld: () => void) => Promise<void>
  remove: (found: IndexedUpload) => Promise<void>
  declareLength: (record: UploadRecord, length: number) => Promise<UploadRecord>
  forgetLength: (record: UploadRecord, received: number) => Promise<UploadRecord>
  /** Takes an admission back whose files could not be made. */
  withdraw: (record: UploadRecord) => Promise<void>
}

/** Within this time after its creation an upload may be without its file yet, ms. */
const CREATION_MS = 10_000

/** @tus/server's store on the staging layout. Its calls come under the upload's lock; the offset is the size of the file. */
export class UploadStore extends DataStore {
  override extensions = [
    'creation',
    'creation-with-upload',
    'creation-defer-length',
    'termination',
    'expiration',
    'checksum',
    'checksum-trailer',
    'concatenation',
    'concatenation-unfinished',
  ]
  readonly #deps: UploadStoreDeps
  /** Requests that told a length for the first time. */
  readonly #declaring = new WeakSet<object>()

  constructor(deps: UploadStoreDeps) {
    super()
    this.#deps = deps
  }

  override async create(upload: Upload): Promise<Upload> {
    const record = recordHere()
    try {
      await this.#deps.files.create(record)
    } catch (error) {
      await this.#deps.withdraw(record)
      throw error
    }
    if (record.length === 0) await this.#deps.finish(record, 0, assertHeldHere)
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    const found = await this.#deps.find(id)
    const { record } = found
    aboutUpload(record)
    const offset = await this.#offsetOf(found)
    // A process that died between the last byte and the record: what is complete on the disk is finished by whoever sees it.
    const known = found.partial?.whole ?? false
    if (record.state === 'receiving' && offset === record.length && !known)
      await this.#deps.finish(record, offset, assertHeldHere)
    const length = record.length ?? (await this.#declaredNow(record, offset))
    return new Upload({ id, offset, ...(length === null ? {} : { size: length }) })
  }

  /**
   * The length that this PATCH declares. It is not left to the library: that refuses the same length told again by a client whose
   * first answer was lost, and tus 1.0.0 asks only that it does not change.
   */
  async #declaredNow(record: UploadRecord, offset: number): Promise<number | null> {
    const { headers, method } = requestContext().req
    const length = headers['upload-length']
    const isHere = headers['tus-resumable'] !== undefined && headers['upload-offset'] === String(offset)
    if (method !== 'PATCH' || !isHere || typeof length !== 'string') return null
    await this.declareUploadLength(record.id, Number(length))
    this.#declaring.add(requestContext().req)
    return Number(length)
  }

  /** A body that is refused leaves no trace: the length that came with it may have been what was wrong. */
  async forgetDeclared(): Promise<void> {
    if (!this.#declaring.delete(requestContext().req)) return
    assertHeldHere()
    const record = recordHere()
    const received = (await this.#deps.files.received(record))?.size ?? 0
    aboutUpload(await this.#deps.forgetLength(record, received))
  }

  override async declareUploadLength(_id: string, length: number): Promise<void> {
    aboutUpload(await this.#deps.declareLength(recordHere(), length))
  }

  override async remove(id: string): Promise<void> {
    await this.#deps.remove(await this.#deps.find(id))
  }

  /** Expiry is the sweep's, counted from the last byte; the library would answer 410 for finished uploads too. */
  override getExpiration(): number {
    return 0
  }

  async #offsetOf({ record, received }: IndexedUpload): Promise<number> {
    if (record.state !== 'receiving') return record.length ?? received
    const staged = await this.#deps.files.received(record)
    if (staged === undefined && Date.now() - Date.parse(record.created_at) > CREATION_MS) throw bytesGone()
    requestContext().lastByteAt = staged?.changedAt
    return staged?.size ?? 0
  }
}

const bytesGone = () =>
  new AppError('gone', 'bytes_gone', 'Cannot use the upload: its bytes are not here any more; create it anew')

function recordHere(): UploadRecord {
  const { record } = requestContext()
  if (record === undefined) throw new Error('This request is not about an upload yet')
  return record
}
