import { constants } from 'node:fs'
import { chmod, copyFile, link, lstat, open, realpath, rename, stat } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { AppError } from '../domain/errors.ts'
import { numberedPath } from '../domain/names.ts'
import type { Decision, UploadRecord } from '../domain/upload-record.ts'
import { codeOf, isMissing } from './disk-errors.ts'
import { makeDirectory, syncDirectory, unlinkIfThere } from './durable.ts'
import type { Layout } from './layout.ts'
import { assertMounted } from './root.ts'
import { type FileFacts, statFile } from './upload-files.ts'

/** How many names `name (n).ext` are tried before the upload is held. */
const MAX_NUMBER = 10_000

export type Placement = ReturnType<typeof createPlacement>

/**
 * Moves judged bytes to where they belong. Each function may run again after a crash at any point: it looks at what is there
 * and goes on. Nothing is overwritten by accident: a file of the same name is an answer (EEXIST), unless `replace` was asked for.
 */
export function createPlacement(layout: Layout) {
  /** The first free name for `record` inside its job, from number `from` on. */
  async function freeTarget(record: UploadRecord, from = 1): Promise<{ target: string; number: number }> {
    for (let number = from; number <= MAX_NUMBER; number++) {
      const target = numberedPath(record.path, number)
      if (!(await exists(layout.placed(record.owner, record.job, target)))) return { target, number }
    }
    throw new AppError(
      'conflict',
      'no_free_name',
      `Cannot place the file: ${MAX_NUMBER} files have its name already; delete some or choose another`,
    )
  }

  return {
    /** Chooses where the file will go; `from` is 1 at first, and more after somebody else took the name meanwhile. */
    async chooseTarget(record: UploadRecord, from = 1): Promise<{ target: string; number: number }> {
      const wanted = layout.placed(record.owner, record.job, record.path)
      if (record.on_conflict === 'replace' && !(await isDirectory(wanted))) return { target: record.path, number: 1 }
      return freeTarget(record, from)
    },

    /** Whether a file or folder has the wanted name already. */
    isTaken: (record: UploadRecord): Promise<boolean> => exists(layout.placed(record.owner, record.job, record.path)),

    /**
     * Puts the bytes at the decided target: link, then unlink; copy, fsync and rename across file systems (EXDEV).
     * Answers 'taken' if somebody else's file has the name now: decide anew with the next number.
     */
    async place(record: UploadRecord, decision: Decision): Promise<'placed' | 'taken'> {
      if (decision.target === null) throw new Error('Cannot place a file that has no target')
      const staging = layout.data(record.owner, record.id)
      const target = layout.placed(record.owner, record.job, decision.target)
      await assertMounted(layout)
      await makeJobDirectory(layout, record, target)
      const copy = temporaryBeside(target, record.id)
      const [source, present, copied] = await Promise.all([staging, target, copy].map(statFile))
      if (source === undefined && present === undefined)
        throw new AppError('missing', 'bytes_missing', 'Cannot place the file: its bytes are gone')
      if (source === undefined && present !== undefined && (await isOfAnother(present, decision, target, staging)))
        throw new AppError(
          'conflict',
          'replaced_meanwhile',
          'Cannot place the file: another upload has replaced it already; delete this one',
        )
      const isThere = present !== undefined && [undefined, present.inode].includes(source?.inode)
      const isThereAsCopy = present !== undefined && present.inode === copied?.inode
      if (!isThere && !isThereAsCopy) {
        const put = record.on_conflict === 'replace' ? replace : linkNew
        if ((await put(staging, target, copy)) === 'taken') {
          await unlinkIfThere(copy)
          return 'taken'
        }
      }
      await syncDirectory(dirname(target))
      await unlinkIfThere(staging)
      // Last: until here it tells that the file at the target is a copy of these bytes.
      await unlinkIfThere(copy)
      return 'placed'
    },

    /** Moves the bytes out of the owner's reach, read-only for the service. */
    async quarantine(record: UploadRecord): Promise<void> {
      const staging = layout.data(record.owner, record.id)
      const target = layout.quarantined(record.owner, record.id)
      await assertMounted(layout)
      await makeDirectory(layout.quarantine(record.owner))
      if ((await statFile(staging)) === undefined) {
        if ((await statFile(target)) !== undefined) return
        throw new AppError('missing', 'bytes_missing', 'Cannot quarantine the file: its bytes are gone')
      }
      await rename(staging, target).catch(async (error) => {
        if (codeOf(error) !== 'EXDEV') throw error
        await copyDurably(staging, `${target}.tmp`)
        await rename(`${target}.tmp`, target)
        await unlinkIfThere(staging)
      })
      await chmod(target, 0o400)
      await syncDirectory(layout.quarantine(record.owner))
    },

    /** Where the bytes of a complete upload lie, checked to be inside the owner's job (a user may have put links there). */
    async locate(record: UploadRecord): Promise<string | undefined> {
      const path = layout.placed(record.owner, record.job, record.placed_path ?? record.path)
      const [real] = await Promise.all([realpathIfThere(path), assertMounted(layout)])
      return real !== undefined && (await isInsideJob(layout, record, real)) ? real : undefined
    },

    /** Throws `unavailable` where the upload root is away. */
    assertMounted: (): Promise<void> => assertMounted(layout),

    /** Whether the file at the upload's place is, by its inode, the one that was put there. */
    async isOurs(record: UploadRecord): Promise<boolean> {
      if (record.placed_path === null || record.decision === null) return false
      const path = await this.locate(record)
      return path !== undefined && (await statFile(path))?.inode === record.decision.inode
    },

    /** The inode of the file at `target`: another one than the staging file's after a copy (EXDEV). */
    async inodeAt(record: UploadRecord, target: string): Promise<string | undefined> {
      return (await statFile(layout.placed(record.owner, record.job, target)))?.inode
    },

    /** Removes the bytes wherever they are, and copies cut off by a kill; `placed`: also the file in the job. Done already is fine. */
    async remove(record: UploadRecord, placed: boolean): Promise<void> {
      await assertMounted(layout)
      await unlinkIfThere(layout.proved(record.owner, record.id))
      await unlinkIfThere(layout.data(record.owner, record.id))
      await unlinkIfThere(layout.quarantined(record.owner, record.id))
      await unlinkIfThere(`${layout.quarantined(record.owner, record.id)}.tmp`)
      if (record.decision?.target) await removeHalfPlaced(layout, record)
      if (placed) {
        const path = await this.locate(record)
        if (path !== undefined) await unlinkIfThere(path)
      }
    },
  }
}

type Put = (staging: string, target: string, copy: string) => Promise<'placed' | 'taken'>

const linkNew: Put = async (staging, target, copy) => {
  try {
    await link(staging, target).catch(async (error) => {
      if (codeOf(error) !== 'EXDEV') throw error
      await copyDurably(staging, copy)
      await link(copy, target)
    })
    return 'placed'
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'taken'
    throw error
  }
}

const replace: Put = async (staging, target, copy) => {
  await unlinkIfThere(copy)
  try {
    await link(staging, copy).catch((error) => {
      if (codeOf(error) === 'EXDEV') return copyDurably(staging, copy)
      throw error
    })
    await rename(copy, target)
    return 'placed'
  } catch (error) {
    if (codeOf(error) === 'EISDIR') return 'taken'
    throw error
  }
}

/**
 * Whether the file at the target is not ours, though ours is placed already: another upload with `replace` came behind it before
 * our step was made. A copy from another file system has an inode of its own, and cannot be told.
 */
async function isOfAnother(present: FileFacts, decision: Decision, target: string, staging: string): Promise<boolean> {
  if (present.inode === decision.inode) return false
  const [placed, staged] = await Promise.all([dirname(target), dirname(staging)].map((path) => stat(path)))
  return placed?.dev === staged?.dev
}

/** Every name that was decided on for an upload lies in one folder. */
async function removeHalfPlaced(layout: Layout, record: UploadRecord): Promise<void> {
  const copy = temporaryBeside(layout.placed(record.owner, record.job, record.path), record.id)
  const folder = await realpathIfThere(dirname(copy))
  if (folder !== undefined && (await isInsideJob(layout, record, folder))) await unlinkIfThere(copy)
}

const temporaryBeside = (target: string, id: string): string => `${dirname(target)}${sep}.${id}.placing`

/** Copies across file systems; a copy that could not be made leaves nothing. */
async function copyDurably(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    const handle = await open(to, 'r+')
    try {
      await handle.chmod(0o600)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    await unlinkIfThere(to)
    throw error
  }
}

async function makeJobDirectory(layout: Layout, record: UploadRecord, target: string): Promise<void> {
  try {
    await makeDirectory(dirname(target))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOTDIR') throw error
    throw new AppError('conflict', 'folder_is_file', 'Cannot place the file: a folder of its path is a file already', {
      cause: error,
    })
  }
  if (!(await isInsideJob(layout, record, await realpath(dirname(target))))) {
    throw new AppError(
      'conflict',
      'folder_is_link',
      'Cannot place the file: a folder of its path is a link that leaves the job',
    )
  }
}

async function isInsideJob(layout: Layout, record: UploadRecord, real: string): Promise<boolean> {
  const job = await realpath(layout.users).then((users) => `${users}${sep}${record.owner}${sep}jobs${sep}${record.job}`)
  return real === job || real.startsWith(`${job}${sep}`)
}

const realpathIfThere = (path: string): Promise<string | undefined> =>
  realpath(path).catch((error) => {
    if (isMissing(error) || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })

const exists = async (path: string): Promise<boolean> => (await lstatIfThere(path)) !== undefined

const isDirectory = async (path: string): Promise<boolean> => (await lstatIfThere(path))?.isDirectory() ?? false

const lstatIfThere = (path: string) =>
  lstat(path).catch((error) => {
    if (isMissing(error) || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })
