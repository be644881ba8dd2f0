import { lstat, rename } from 'node:fs/promises'
import { badRecord, isBadRecord } from '../contracts/parse-record.ts'
import { piecesOf } from '../domain/final-record.ts'
import type { OnDisk, UploadRecord } from '../domain/upload-record.ts'
import { isGone } from '../domain/upload-state.ts'
import { isMissing } from './disk-errors.ts'
import type { Layout } from './layout.ts'
import type { Placement } from './placement.ts'
import { readRecordAt, statFile, type UploadFiles } from './upload-files.ts'

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
  const readFolding = async (named: Named): Promise<UploadRecord | undefined> =>
    ownOf(named, await readRecordAt(layout.folding(named.owner, named.id)))

  async function bytesLeft(record: UploadRecord): Promise<boolean> {
    if ((await files.stat(record)) !== undefined) return true
    for (const id of piecesOf(record)) if ((await files.stat({ owner: record.owner, id })) !== undefined) return true
    if ((await statFile(layout.quarantined(record.owner, record.id))) !== undefined) return true
    return placement.isOurs(record)
  }

  /** `record` with what belongs to it on the disk. */
  async function describe(record: UploadRecord): Promise<OnDisk> {
    const { state, length } = record
    const steppedAt = Date.parse(record.updated_at)
    if (isGone(state)) return { record, received: length ?? 0, movedAt: steppedAt, bytesLeft: await bytesLeft(record) }
    if (state !== 'receiving') return { record, received: length ?? 0, movedAt: steppedAt, bytesLeft: true }
    const staged = await files.received(record)
    return { record, received: staged?.size ?? 0, movedAt: staged?.changedAt ?? steppedAt, bytesLeft: true }
  }

  return {
    describe,
    readFolding,

    /** The upload as its record file says, or undefined where there is none; throws `bad_record` for one that cannot be used. */
    async read(named: Named): Promise<OnDisk | undefined> {
      const record = ownOf(named, await files.readRecord(named)) ?? (await readFolding(named))
      return record === undefined ? undefined : describe(record)
    },

    /** Takes what cannot be read of a record and of one on its way into the ledger out of the way; answers their new names. */
    async setAside(named: Named): Promise<string[]> {
      const aside: string[] = []
      for (const path of [layout.record(named.owner, named.id), layout.folding(named.owner, named.id)]) {
        const name = (await isDamaged(path, named)) ? await renameAside(path) : undefined
        if (name !== undefined) aside.push(name)
      }
      return aside
    },
  }
}

function ownOf({ owner, id }: Named, record: UploadRecord | undefined): UploadRecord | undefined {
  if (record !== undefined && (record.id !== id || record.owner !== owner))
    throw badRecord('it is the record of another upload')
  return record
}

async function isDamaged(path: string, named: Named): Promise<boolean> {
  try {
    ownOf(named, await readRecordAt(path))
    return false
  } catch (error) {
    if (isBadRecord(error)) return true
    throw error
  }
}

/** Never over what was set aside before; undefined where somebody else was faster. */
async function renameAside(path: string): Promise<string | undefined> {
  let aside = `${path}.damaged`
  for (let n = 2; await isThere(aside); n++) aside = `${path}.damaged-${n}`
  try {
    await rename(path, aside)
    return aside
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** A link to nothing is something, too. */
const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  )
