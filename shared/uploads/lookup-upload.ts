import { access } from 'node:fs/promises'
import { AppError } from '../domain/errors.ts'
import type { UploadRecord } from '../domain/upload-record.ts'
import type { IndexedUpload, UploadIndex } from '../redis/upload-index.ts'
import { forEachAtMost } from '../runtime/for-each.ts'
import type { DiskReader } from '../storage/disk-reader.ts'
import type { Layout } from '../storage/layout.ts'
import type { Ledger } from '../storage/ledger.ts'
import type { Staging } from '../storage/staging.ts'
import type { RestoreUpload } from './restore-upload.ts'

export type LookupDeps = {
  layout: Layout
  index: UploadIndex
  restore: RestoreUpload
  disk: DiskReader
  staging: Staging
  ledger: Ledger
}

/** `archived`: finished longer ago than Redis keeps records; the ledger has it. */
export type FoundUpload = IndexedUpload & { readonly archived?: true }

export type LookupUpload = ReturnType<typeof createLookupUpload>

/** Searches through all owners that one process makes at once; more of them are told to come back. */
const SEARCHES = 2
const OWNERS_AT_ONCE = 16

/**
 * Finds an upload: in Redis; else by its record on disk, which is put back into Redis, so that a lost index costs no request
 * anything; else in the ledger. `owner` null: nobody knows whose it is, and all owners are looked through.
 */
export function createLookupUpload({ layout, index, restore, disk, staging, ledger }: LookupDeps) {
  let searches = 0

  async function restored(owner: string, id: string): Promise<IndexedUpload | undefined> {
    const found = await disk.read({ owner, id }).catch((error) => {
      // Nobody can go on with it: the sweep sets it aside and reports it.
      if (error instanceof AppError && error.code === 'bad_record') return undefined
      throw error
    })
    if (found === undefined) return undefined
    await restore(found, { tell: false })
    return index.get(id)
  }

  async function ownerOf(id: string): Promise<string | undefined> {
    if (searches >= SEARCHES) throw tooMany()
    searches++
    try {
      let found: string | undefined
      await forEachAtMost(staging.owners(), OWNERS_AT_ONCE, async (owner) => {
        if (found === undefined && (await isThere(layout.record(owner, id)))) found = owner
      })
      return found
    } finally {
      searches--
    }
  }

  async function archived(owner: string | null, id: string): Promise<FoundUpload | undefined> {
    for (const one of owner === null ? await ledger.owners() : [owner]) {
      const record = await ledger.find(one, id)
      if (record !== undefined) return { record, received: record.length ?? 0, archived: true }
    }
    return undefined
  }

  return {
    async find(id: string, owner: string | null): Promise<FoundUpload | undefined> {
      return (await this.live(id, owner)) ?? archived(owner, id)
    },

    /** The same without the ledger. */
    async live(id: string, owner: string | null): Promise<IndexedUpload | undefined> {
      const known = await index.get(id)
      if (known !== undefined) return known
      const whose = owner ?? (await ownerOf(id))
      return whose === undefined ? undefined : restored(whose, id)
    },

    /** Puts a record out of the ledger back into Redis, to be worked on again. */
    async unarchive(record: UploadRecord): Promise<void> {
      await restore(await disk.describe(record), { tell: false })
    },
  }
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const tooMany = () =>
  new AppError('crowded', 'searching', 'Cannot look for this upload now: others are being looked for; try again', {
    retryAfterSeconds: 2,
  })
