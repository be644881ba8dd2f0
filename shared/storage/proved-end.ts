import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isMissing, isOtherThing } from './disk-errors.ts'
import { syncDirectory, unlinkIfThere, writeWhole } from './durable.ts'
import { readAtMost } from './open-plain.ts'

/**
 * Which bytes of a staging file are proved. A body with a checksum is proved only when all of it is there; until then a small file
 * beside the data says where the last proved one ended, and nothing behind that counts. So whatever a killed process, or a power cut,
 * leaves of such a body is cut off by who writes next.
 *
 *   before the first byte of the body   the end of what is proved is durable
 *   behind its last byte                the data first (fdatasync), then the new end
 *   last body, or one without checksum  no such file: all bytes count
 */
export type ProvedEnd = {
  /** All before `end` is proved, and on the disk. `durable`: this has to outlive a power cut by itself. */
  moveTo(end: number, durable: boolean): Promise<void>
  close(): Promise<void>
}

/** Each number replaces the one before it whole: as many digits as the largest has. */
const DIGITS = String(Number.MAX_SAFE_INTEGER).length
const textOf = (end: number): string => String(end).padStart(DIGITS, '0')
const isWhole = (text: string): boolean => text.length === DIGITS && /^\d+$/.test(text)

/** Bytes that count, or undefined where all of them do. What cannot be read proves nothing. */
export async function readProvedEnd(path: string): Promise<number | undefined> {
  try {
    const text = await readAtMost(path, DIGITS)
    return text !== undefined && isWhole(text) ? Number(text) : 0
  } catch (error) {
    if (isMissing(error)) return undefined
    if (isOtherThing(error)) return 0
    throw error
  }
}

/**
 * Only `offset` bytes count from now on. `anew`: another process may still have the present file open, and write to it late; it is
 * left to that one. `guard` throws where it may not be replaced any more.
 */
export async function keepProvedEnd(
  path: string,
  offset: number,
  anew: boolean,
  guard: () => void,
): Promise<ProvedEnd> {
  if (anew || (await readProvedEnd(path)) !== offset) await writeWhole(path, textOf(offset), true, guard)
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW)
  return {
    async moveTo(end, durable) {
      await file.write(textOf(end), 0)
      if (durable) await file.datasync()
    },
    close: () => file.close(),
  }
}

/** All bytes count again, also after a power cut. `beforehand` makes sure that they may. */
export async function dropProvedEnd(path: string, beforehand: () => Promise<void>): Promise<void> {
  if ((await readProvedEnd(path)) === undefined) return
  await beforehand()
  await unlinkIfThere(path)
  await syncDirectory(dirname(path))
}
