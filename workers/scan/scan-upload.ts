import type { ScanJob } from '#shared/contracts/scan-job.ts'
import { AppError } from '#shared/domain/errors.ts'
import type { Policy } from '#shared/domain/policy.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { isSettled } from '#shared/domain/upload-state.ts'
import { decideVerdict, type Finding, type GateReport } from '#shared/domain/verdict.ts'
import type { createProgressPublisher } from '#shared/redis/progress-publisher.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { Layout } from '#shared/storage/layout.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { ScanPool } from './scan-pool.ts'
import type { createSettleUpload } from './settle-upload.ts'

export type ScanUploadDeps = {
  layout: Layout
  files: UploadFiles
  index: UploadIndex
  pool: ScanPool
  policy: Policy
  settle: ReturnType<typeof createSettleUpload>
  publisher: ReturnType<typeof createProgressPublisher>
  now: () => Date
}

/** One scan from the queue to its end: judge, decide, settle. May run twice, and after a crash at any point. */
export function createScanUpload({ layout, files, index, pool, policy, settle, publisher, now }: ScanUploadDeps) {
  async function judge(record: UploadRecord, signal: AbortSignal): Promise<GateReport> {
    const staged = await files.stat(record)
    if (staged === undefined)
      throw new AppError('missing', 'bytes_missing', 'Cannot scan the upload: its bytes are gone')
    const request = { file: layout.data(record.owner, record.id), path: record.path, size: staged.size, policy }
    const onProgress = (progress: { stage: string; bytes: number; total: number; entries: number }) =>
      publisher.scan({ upload_id: record.id, owner: record.owner, ...progress })
    return withDigestChecked(await pool.scan(request, { signal, onProgress }), record.declared_sha256)
  }

  return async function scanUpload(job: ScanJob, signal: AbortSignal): Promise<void> {
    const [indexed, onDisk] = await Promise.all([index.get(job.id), files.readRecord(job)])
    if (onDisk === undefined || (indexed !== undefined && isSettled(indexed.record.state))) return
    // The disk is the truth about the upload; only the state is compared and set in Redis.
    const step = await index.step('scan', { ...onDisk, updated_at: now().toISOString() }, onDisk.length ?? 0)
    if (step.kind === 'refused')
      throw new AppError('conflict', 'step_refused', `Cannot scan the upload: it is ${step.state}`)
    if (step.kind === 'missing')
      throw new AppError('unavailable', 'not_indexed', 'Cannot scan the upload: the index does not know it')
    if (onDisk.decision !== null) return settle(onDisk, onDisk.decision.verdict)
    const verdict = decideVerdict(await judge(onDisk, signal), policy, now().toISOString())
    await settle(onDisk, verdict)
  }
}

/** Bytes that are not those announced are a finding of their own: the user sends them again. */
export function withDigestChecked(report: GateReport, declared: string | null): GateReport {
  if (declared === null || report.sha256 === '' || report.sha256 === declared) return report
  const mismatch: Finding = {
    code: 'digest_mismatch',
    place: '',
    detail: `sha256 is ${report.sha256}, ${declared} was announced`,
  }
  return { ...report, findings: [...report.findings, mismatch] }
}
