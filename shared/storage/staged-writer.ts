import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, type FileHandle, lstat, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory, unlinkIfThere } from './durable.ts'

/** The sticky bit means nothing on a file (inode(7)): here, that somebody writes to it. */
const WRITING = 0o1600
const AT_REST = 0o600
const isMarked = (mode: number): boolean => (mode & 0o1000) !== 0

/** The right to write to one staging file. `rest`: no write follows. `close` rests, too. */
export type StagedWriter = {
  readonly file: FileHandle
  /** The writer before never ended: it may still write to what it had open. */
  readonly tookOver: boolean
  rest(): Promise<void>
  close(): Promise<void>
}

/**
 * A lock keeps others from beginning to write; it cannot call back a write that is under way in a process that was frozen, or in a
 * file system that hung. Such a write may land hours later, on bytes of others or in a file that was scanned. So a writer marks the inode
 * it writes to and takes the mark away after its last write. Who finds a mark leaves that inode to the writer before, and goes on
 * with a copy (a clone where the file system can).
 *
 * To be called under the upload's lock, `guard` throws once that is lost. `size`: the bytes that count; others are cut off.
 */
export async function beginWriting(path: string, size: number, guard: () => void): Promise<StagedWriter> {
  const tookOver = await leaveInode(path, size, WRITING, guard)
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW)
  try {
    await file.chmod(WRITING)
    if ((await file.stat()).size > size) {
      guard()
      await file.truncate(size)
    }
  } catch (error) {
    await file.close()
    throw error
  }
  let resting: Promise<void> | undefined
  const rest = () => {
    // A mark that stays costs the next writer a copy, no more.
    resting ??= file.chmod(AT_REST).catch(() => undefined)
    return resting
  }
  return { file, tookOver, rest, close: () => rest().then(() => file.close()) }
}

/** Makes sure that no write of somebody else can reach the staging file any more; see {@link beginWriting}. */
export async function endOthersWriting(path: string, size: number, guard: () => void): Promise<void> {
  await leaveInode(path, size, AT_REST, guard)
}

/** Answers whether there was a writer to leave it to. */
async function leaveInode(path: string, size: number, mode: number, guard: () => void): Promise<boolean> {
  if (!isMarked((await lstat(path)).mode)) return false
  const copy = `${path}.${randomUUID()}.tmp`
  try {
    await copyFile(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    await makeDurable(copy, size, mode)
    guard()
    await rename(copy, path)
  } catch (error) {
    await unlinkIfThere(copy)
    throw error
  }
  await syncDirectory(dirname(path))
  return true
}

async function makeDurable(path: string, size: number, mode: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.truncate(size)
    await file.chmod(mode)
    await file.sync()
  } finally {
    await file.close()
  }
}
