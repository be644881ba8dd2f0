import { AppError } from '../domain/errors.ts'
import { isPartial, piecesOf } from '../domain/final-record.ts'
import { laterThan, type UploadRecord } from '../domain/upload-record.ts'
import { stepOf } from '../domain/upload-state.ts'
import { CLAIMED, REBUILDING, rebuilding } from '../redis/index-replies.ts'
import type { UploadIndex } from '../redis/upload-index.ts'
import type { Logger } from '../runtime/logger.ts'
import { codeOf } from '../storage/disk-errors.ts'
import type { Placement } from '../storage/placement.ts'
import type { UploadFiles } from '../storage/upload-files.ts'

export type RemoveDeps = { files: UploadFiles; placement: Placement; index: UploadIndex; now: () => Date; log: Logger }

/** Ends an upload and removes its bytes, in an order that a crash cannot turn around; may run twice. Its record stays, for the ledger. */
export function createRemoveUpload({ files, placement, index, now, log }: RemoveDeps) {
  /** The disk says that it is gone before its bytes go. On a full disk it can say so only afterwards, if at all. */
  async function noteGone(gone: UploadRecord): Promise<boolean> {
    try {
      await files.writeRecord(gone)
      return true
    } catch (error) {
      if (!['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')) throw error
      return false
    }
  }

  /** Only what Redis says is this final's: a partial that it let go may be another one's by now, and one that Redis lost comes back first. */
  async function removePieces(final: UploadRecord): Promise<void> {
    const pieces = await index.getMany(piecesOf(final))
    for (const { record, partial } of pieces) if (partial?.final === final.id) await files.remove(record)
  }

  /** Removes what is left on the disk of an upload that is gone. */
  async function cleanUp(gone: UploadRecord, isOurs: boolean): Promise<void> {
    const noted = await noteGone(gone)
    await placement.remove(gone, isOurs && (await index.holdsPlace(gone)))
    await removePieces(gone)
    if (isPartial(gone)) await files.removeRecord(gone)
    else if (!noted && !(await noteGone(gone))) {
      await files.removeRecord(gone)
      log.warn({ uploadId: gone.id, state: gone.state }, 'the disk is full: this upload leaves no record')
    }
    await index.cleaned(gone.id, gone.state)
  }

  /** From the very state that `record` tells: of an upload that has gone on meanwhile it does not know enough, where its file lies for one. */
  async function step(record: UploadRecord, received: number, event: 'delete' | 'expire'): Promise<UploadRecord> {
    // Before the step: a file system that is away would be believed to be empty.
    await placement.assertMounted()
    const gone = { ...record, state: stepOf(event).to, updated_at: laterThan(record, now()) }
    const from = stepOf(event).from.filter((state) => state === record.state)
    const reply = await index.step(event, gone, received, false, from)
    if (reply.kind === 'refused' && reply.state === CLAIMED) throw claimed()
    if (reply.kind === 'refused' && reply.state === REBUILDING) throw rebuilding()
    if (reply.kind !== 'refused') return gone
    const found = await index.get(record.id)
    const mayGo = found !== undefined && stepOf(event).from.includes(found.record.state)
    if (mayGo && found.record.state !== record.state) return step(found.record, found.received, event)
    throw beingScanned(event, reply.state)
  }

  return {
    /** Goes on with a removal that a crash cut off. The file in the job goes only if it is the very one: its place may be somebody else's by now. */
    cleanUp: async (gone: UploadRecord): Promise<void> => cleanUp(gone, await placement.isOurs(gone)),

    /** `expire` for what idled past its time, `delete` for a wish. Throws `conflict` while the upload is being scanned, `unavailable` where nobody knows yet who has claimed it. */
    async remove(record: UploadRecord, received: number, event: 'delete' | 'expire'): Promise<void> {
      await cleanUp(await step(record, received, event), true)
    },

    /** A complete upload whose file another one has replaced has no bytes any more: its record and its charge go too. */
    async removeReplaced(id: string): Promise<void> {
      const found = await index.get(id)
      if (found?.record.state === 'complete') await cleanUp(await step(found.record, found.received, 'delete'), false)
      await index.forgetReplaced(id)
    },

    /** Takes an admission back that nobody was told of: it leaves no trace. One that has all its bytes goes its way as others do. */
    async withdraw(record: UploadRecord, received = 0): Promise<void> {
      await placement.assertMounted()
      const gone: UploadRecord = { ...record, state: 'deleted', updated_at: laterThan(record, now()) }
      const reply = await index.step('delete', gone, received, false, ['receiving'])
      if (reply.kind === 'refused' && reply.state === REBUILDING) throw rebuilding()
      if (reply.kind === 'refused') return
      await placement.remove(gone, false)
      await files.removeRecord(gone)
      await index.cleaned(gone.id, gone.state)
    },
  }
}

const claimed = () =>
  new AppError(
    'conflict',
    'partial_claimed',
    'Cannot delete the upload: it is part of a final upload that waits for it; delete that one, and all its parts go with it',
  )

const beingScanned = (event: string, state: string) =>
  new AppError(
    'conflict',
    'being_scanned',
    `Cannot ${event} the upload: it is ${state}; try again when the scan is done`,
    {
      retryAfterSeconds: 5,
    },
  )
