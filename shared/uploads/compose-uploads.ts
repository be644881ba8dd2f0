import { createIndexUpkeep } from '../redis/index-upkeep.ts'
import type { Keys } from '../redis/keys.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import { createUploadIndex } from '../redis/upload-index.ts'
import { createDiskReader } from '../storage/disk-reader.ts'
import type { Layout } from '../storage/layout.ts'
import { createLedger } from '../storage/ledger.ts'
import { createPlacement } from '../storage/placement.ts'
import { createStaging } from '../storage/staging.ts'
import { createUploadFiles } from '../storage/upload-files.ts'
import { createDiskBackedIndex } from './disk-backed-index.ts'
import { createLookupUpload } from './lookup-upload.ts'
import { createRestoreUpload } from './restore-upload.ts'

export type UploadParts = ReturnType<typeof composeUploads>

/** What every process needs to work on uploads: the disk, the index in Redis with the disk behind it, and the way from an id to a record. */
export function composeUploads({ redis, keys, layout }: { redis: RedisClient; keys: Keys; layout: Layout }) {
  const files = createUploadFiles(layout)
  const placement = createPlacement(layout)
  const disk = createDiskReader({ layout, files, placement })
  const staging = createStaging(layout)
  const ledger = createLedger(layout)
  const upkeep = createIndexUpkeep({ redis, keys })
  const restore = createRestoreUpload({ upkeep, disk })
  const index = createDiskBackedIndex({ index: createUploadIndex({ redis, keys }), restore, disk })
  const lookup = createLookupUpload({ layout, index, restore, disk, staging, ledger })
  return { layout, files, placement, disk, staging, ledger, upkeep, restore, index, lookup }
}

/** Before the first upload of a site there is nothing to rebuild; whichever process comes first says so. */
export async function noteNewSite({ staging, upkeep }: UploadParts): Promise<void> {
  if (await staging.isEmpty()) await upkeep.markNew()
}
