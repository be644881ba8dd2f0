import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { NOT_A_FILE } from './disk-errors.ts'

// Without O_NONBLOCK a named pipe in the place would keep whoever opens it.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Opens a file for reading: nothing but a plain one, and none behind a link (ELOOP), whether that leads anywhere or not. */
export async function openPlain(path: string): Promise<{ file: FileHandle; size: number }> {
  const file = await open(path, FLAGS)
  try {
    const facts = await file.stat()
    if (facts.isFile()) return { file, size: facts.size }
    throw Object.assign(new Error('Cannot read it: not a plain file'), { code: NOT_A_FILE })
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The text of a file that is replaced whole; undefined where it has more than `maxBytes`, or grows. */
export async function readAtMost(path: string, maxBytes: number): Promise<string | undefined> {
  const { file, size } = await openPlain(path)
  try {
    if (size > maxBytes) return undefined
    const buffer = Buffer.allocUnsafe(size + 1)
    let end = 0
    for (let bytes = -1; bytes !== 0 && end < buffer.length; end += bytes)
      bytes = (await file.read(buffer, end, buffer.length - end, end)).bytesRead
    return end > size ? undefined : buffer.toString('utf8', 0, end)
  } finally {
    await file.close()
  }
}
