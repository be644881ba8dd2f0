import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import { isMissing } from './disk-errors.ts'

const DIRECTORY_MODE = 0o700
const FILE_MODE = 0o600

/** Makes the names inside a directory durable (fsync of the directory, POSIX). */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes a directory and its missing parents, 0700, durably. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: DIRECTORY_MODE })
  if (first === undefined) return
  const above = dirname(first)
  let level = above
  for (const part of relative(above, path).split(sep)) {
    await syncDirectory(level)
    level = `${level}${sep}${part}`
  }
}

/**
 * Replaces a file in one step: temporary file, (fsync,) rename, (fsync of the directory). A reader sees the old or the new, never a part.
 * `guard` throws where it may not be replaced any more; asked at the last moment.
 */
export async function writeWhole(path: string, text: string, durable: boolean, guard?: () => void): Promise<void> {
  // Not the pid: processes in containers and on other hosts share those.
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeNew(temporary, text, durable)
    guard?.()
    await rename(temporary, path)
  } catch (error) {
    await unlinkIfThere(temporary)
    throw error
  }
  if (durable) await syncDirectory(dirname(path))
}

async function writeNew(path: string, text: string, durable: boolean): Promise<void> {
  const handle = await open(path, 'wx', FILE_MODE)
  try {
    await handle.writeFile(text)
    if (durable) await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Creates an empty file 0600; fails with EEXIST if it is there. */
export async function createEmpty(path: string): Promise<void> {
  const handle: FileHandle = await open(path, 'wx', FILE_MODE)
  await handle.close()
}

export async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error) => {
    if (!isMissing(error)) throw error
  })
}
