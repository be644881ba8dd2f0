import { link, rename } from 'node:fs/promises'
import { isBadRecord } from '#shared/contracts/parse-record.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { isMissing } from '#shared/storage/disk-errors.ts'
import { unlinkIfThere } from '#shared/storage/durable.ts'
import type { StagingEntry } from '#shared/storage/staging.ts'
import type { UploadParts } from '#shared/uploads/compose-uploads.ts'
import type { Actions } from './actions.ts'
import type { Guard } from './leader.ts'
import { isFoldable } from './plan-entry.ts'

export type FoldDeps = Pick<UploadParts, 'layout' | 'disk' | 'ledger'> & { actions: Actions }
export type FoldRecords = (owner: string, entries: readonly StagingEntry[], guard: Guard) => Promise<void>

/**
 * Folds finished records into the ledger: renamed to <id>.folding, so that whoever writes a newer record meanwhile does not lose it;
 * appended, fdatasync; then removed. After a crash in between the rest is done again: a line too many harms nothing.
 */
export function createFoldRecords({ layout, disk, ledger, actions }: FoldDeps): FoldRecords {
  const pathOf = (owner: string, id: string) => layout.folding(owner, id)

  /** Takes the record out of everybody's way, or gives it back where it may not be folded after all. */
  async function take(owner: string, { id, kind, name }: StagingEntry): Promise<UploadRecord | undefined> {
    try {
      if (kind === 'record' && !(await mayFold(owner, id))) return undefined
      if (kind === 'record') await rename(layout.record(owner, id), pathOf(owner, id))
      const record = await disk.readFolding({ owner, id })
      if (record === undefined) return undefined
      if (isFoldable(record.state)) return record
      await giveBack(owner, id)
    } catch (err) {
      if (isBadRecord(err)) {
        await disk.setAside({ owner, id })
        actions.found('set_record_aside', { uploadId: id, owner, file: name, err })
      } else if (!isMissing(err)) actions.found('not_folded', { uploadId: id, owner, file: name, err })
    }
    return undefined
  }

  async function mayFold(owner: string, id: string): Promise<boolean> {
    const found = await disk.read({ owner, id })
    // Bytes that are still to be removed need their record.
    return (
      found !== undefined && isFoldable(found.record.state) && (found.record.state === 'complete' || !found.bytesLeft)
    )
  }

  /** Never over a newer record. */
  async function giveBack(owner: string, id: string): Promise<void> {
    await link(pathOf(owner, id), layout.record(owner, id)).catch((error) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
    await unlinkIfThere(pathOf(owner, id))
  }

  return async function foldRecords(owner, entries, guard) {
    const records: UploadRecord[] = []
    for (const entry of entries) {
      guard()
      const record = await take(owner, entry)
      if (record !== undefined) records.push(record)
    }
    if (records.length === 0) return
    guard()
    for (const file of await ledger.append(owner, records)) actions.found('set_line_aside', { owner, file })
    for (const { id } of records) await unlinkIfThere(pathOf(owner, id))
    actions.took('fold', { owner, records: records.length }, records.length)
  }
}
