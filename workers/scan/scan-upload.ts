import type { ScanJob } from '#shared/contracts/scan-job.ts'
import { AppError } from '#shared/domain/errors.ts'
import { isFinal } from '#shared/domain/final-record.ts'
import { laterThan, type UploadRecord } from '#shared/domain/upload-record.ts'
import { isSettled } from '#shared/domain/upload-state.ts'
import type { Verdict } from '#shared/domain/verdict.ts'
import type { createProgressPublisher } from '#shared/redis/progress-publisher.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { ScanProgress } from '#shared/scanning/child-messages.ts'
import type { PolicySource } from '#shared/scanning/policy-source.ts'
import type { ScanFile } from '#shared/scanning/scan-file.ts'
import type { Layout } from '#shared/storage/layout.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { createAssembleUpload } from './assemble-upload.ts'
import type { createSettleOnce } from './settle-once.ts'

export type ScanUploadDeps = {
  layout: Layout
  files: UploadFiles
  index: UploadIndex
  scanFile: ScanFile
  policies: PolicySource
  assemble: ReturnType<typeof createAssembleUpload>
  settle: ReturnType<typeof createSettleOnce>
  publisher: ReturnType<typeof createProgressPublisher>
  now: () => Date
}

/** One scan from the queue to its end: judge, decide, settle. May run twice, and after a crash at any point. */
export function createScanUpload({
  layout,
  files,
  index,
  scanFile,
  policies,
  assemble,
  settle,
  publisher,
  now,
}: ScanUploadDeps) {
  async function judge(record: UploadRecord, signal: AbortSignal): Promise<Verdict> {
    const staged = await files.stat(record)
    if (staged === undefined)
      throw new AppError('missing', 'bytes_missing', 'Cannot scan the upload: its bytes are gone')
    const onProgress = (progress: ScanProgress) =>
      publisher.scan({ upload_id: record.id, owner: record.owner, ...progress })
    const { path, declared_sha256: declaredSha256 } = record
    const file = layout.data(record.owner, record.id)
    const policy = policies.policyFor(record.groups ?? [])
    return scanFile({ file, path, size: staged.size, declaredSha256, policy }, { signal, onProgress })
  }

  /** Answers the verdict, or undefined where nothing was left to do. */
  return async function scanUpload(job: ScanJob, signal: AbortSignal): Promise<Verdict | undefined> {
    const [indexed, onDisk] = await Promise.all([index.get(job.id), files.readRecord(job)])
    if (onDisk === undefined || (indexed !== undefined && isSettled(indexed.record.state))) return undefined
    // The disk is the truth about the upload; only the state is compared and set in Redis.
    const step = await index.step('scan', { ...onDisk, updated_at: laterThan(onDisk, now()) }, onDisk.length ?? 0)
    if (step.kind === 'refused')
      throw new AppError('conflict', 'step_refused', `Cannot scan the upload: it is ${step.state}`)
    if (step.kind === 'missing')
      throw new AppError('unavailable', 'not_indexed', 'Cannot scan the upload: the index does not know it')
    if (onDisk.decision !== null) {
      await settle(onDisk, onDisk.decision.verdict, signal)
      return onDisk.decision.verdict
    }
    const whole = isFinal(onDisk) ? await assemble(onDisk, signal) : onDisk
    const verdict = await judge(whole, signal)
    await settle(whole, verdict, signal)
    return verdict
  }
}
