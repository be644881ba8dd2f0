import { AppError } from '#shared/domain/errors.ts'
import { type Decision, laterThan, type UploadRecord } from '#shared/domain/upload-record.ts'
import type { Verdict } from '#shared/domain/verdict.ts'
import type { UploadIndex } from '#shared/redis/upload-index.ts'
import type { Placement } from '#shared/storage/placement.ts'
import type { UploadFiles } from '#shared/storage/upload-files.ts'
import type { createRemoveUpload } from '#shared/uploads/remove-upload.ts'

export type SettleDeps = {
  files: UploadFiles
  placement: Placement
  index: UploadIndex
  removeUpload: ReturnType<typeof createRemoveUpload>
  now: () => Date
}

/**
 * Carries a verdict out: decision on disk, move, final record, state step. Each part can be repeated, so whoever comes after a crash
 * begins with the decision it finds and ends with the same result.
 */
export function createSettleUpload({ files, placement, index, removeUpload, now }: SettleDeps) {
  async function decide(
    record: UploadRecord,
    verdict: Verdict,
    from: number,
  ): Promise<{ decided: UploadRecord; decision: Decision; number: number }> {
    const staged = await files.stat(record)
    if (staged === undefined)
      throw new AppError('missing', 'bytes_missing', 'Cannot settle the upload: its bytes are gone')
    const free =
      verdict.outcome === 'complete' ? await placement.chooseTarget(record, from) : { target: null, number: 1 }
    const decision: Decision = { verdict, target: free.target, inode: staged.inode }
    const decided: UploadRecord = { ...record, decision, updated_at: laterThan(record, now()) }
    await files.writeRecord(decided)
    return { decided, decision, number: free.number }
  }

  /** By the inode of the file that lies there now it can be told from another one at the same place later. */
  async function asPlaced(record: UploadRecord, decision: Decision): Promise<Decision> {
    const inode = decision.target === null ? undefined : await placement.inodeAt(record, decision.target)
    return inode === undefined ? decision : { ...decision, inode }
  }

  async function finish(record: UploadRecord, decision: Decision): Promise<void> {
    const passed = decision.verdict.outcome === 'complete'
    const final: UploadRecord = {
      ...record,
      state: passed ? 'complete' : 'quarantined',
      placed_path: decision.target,
      decision: await asPlaced(record, decision),
      verdict: decision.verdict,
      updated_at: laterThan(record, now()),
    }
    await files.writeRecord(final)
    const reply = await index.step(passed ? 'pass' : 'quarantine', final, final.length ?? 0)
    if (reply.kind === 'refused')
      throw new AppError('conflict', 'step_refused', `Cannot settle the upload: it is ${reply.state}`)
    if (reply.kind === 'stepped' && reply.replaced !== null) await removeUpload.removeReplaced(reply.replaced)
  }

  return async function settleUpload(record: UploadRecord, verdict: Verdict): Promise<void> {
    if (record.decision !== null) {
      const { decision } = record
      if (decision.target === null) await placement.quarantine(record)
      else if ((await placement.place(record, decision)) === 'taken') return settleAnew(record, decision.verdict, 2)
      return finish(record, decision)
    }
    return settleAnew(record, verdict, 1)
  }

  async function settleAnew(record: UploadRecord, verdict: Verdict, from: number): Promise<void> {
    for (let number = from; ; number++) {
      const chosen = await decide(record, verdict, number)
      number = chosen.number
      if (chosen.decision.target === null) await placement.quarantine(record)
      else if ((await placement.place(chosen.decided, chosen.decision)) === 'taken') continue
      return finish(chosen.decided, chosen.decision)
    }
  }
}
