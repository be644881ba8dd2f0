import { readFile, rename } from 'node:fs/promises'
import { parseRecord } from '../contracts/parse-record.ts'
import { AppError } from '../domain/errors.ts'
import type { OnDisk, UploadRecord } from '../domain/upload-record.ts'
import { isGone } from '../domain/upload-state.ts'
import { isMissing } from './disk-errors.ts'
import type { Layout } from './layout.ts'
import type { Placement } from './placement.ts'
import { statFile, type UploadFiles } from './upload-files.ts'

type Named = { readonly owner: string; readonly id: string }

export type DiskReader = ReturnType<typeof createDiskReader>

/** What the disk alone says about an upload. */
export function createDiskReader({
  layout,
  files,
  placement,
}: {
  layout: Layout
  files: UploadFiles
  placement: Placement
}) {
  /** A record on its way into the ledger counts as long as no newer one has been written. */
  const readFolding = async (named: Named): Promise<UploadRecord | undefined> => {
    const text = await readFile(layout.folding(named.owner, named.id), 'utf8').catch((error) => {
      if (isMissing(error)) return undefined
      throw error
    })
    return text === undefined ? undefined : parseRecord(text)
  }

  async function bytesLeft(record: UploadRecord): Promise<boolean> {
    if ((await files.stat(record)) !== undefined) return true
    if ((await statFile(layout.quarantined(record.owner, record.id))) !== undefined) return true
    return placement.isOurs(record)
  }

  /** `record` with what belongs to it on the disk. */
  async function describe(record: UploadRecord): Promise<OnDisk> {
    const { state, length } = record
    const steppedAt = Date.parse(record.updated_at)
    if (isGone(state)) return { record, received: length ?? 0, movedAt: steppedAt, bytesLeft: await bytesLeft(record) }
    if (state !== 'receiving') return { record, received: length ?? 0, movedAt: steppedAt, bytesLeft: true }
    const staged = await files.stat(record)
    return { record, received: staged?.size ?? 0, movedAt: staged?.changedAt ?? steppedAt, bytesLeft: true }
  }

  return {
    describe,

    /** The upload as its record file says, or undefined where there is none; throws `bad_record` for one that cannot be used. */
    async read(named: Named): Promise<OnDisk | undefined> {
      const record = (await files.readRecord(named)) ?? (await readFolding(named))
      if (record === undefined) return undefined
      if (record.id !== named.id || record.owner !== named.owner)
        throw new AppError('invalid', 'bad_record', 'Cannot read the upload record: it is the record of another upload')
      return describe(record)
    },

    /** Takes a record that cannot be read out of the way; answers its new name. */
    async setAside({ owner, id }: Named): Promise<string> {
      const aside = `${layout.record(owner, id)}.damaged`
      await rename(layout.record(owner, id), aside)
      return aside
    },
  }
}
