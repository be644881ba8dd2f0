import { access, constants, statfs } from 'node:fs/promises'
import { AppError } from '../domain/errors.ts'
import type { Layout } from './layout.ts'

/**
 * Throws `unavailable` unless the upload root is mounted (its marker is there). Whoever finds a file missing asks this before
 * he believes it: on an empty mount point everything is missing.
 */
export async function assertMounted(layout: Layout): Promise<void> {
  await access(layout.marker).catch((cause) => {
    throw new AppError(
      'unavailable',
      'root_missing',
      'Cannot use the upload directory: its marker file .airlock-root is missing; mount it, or create the marker in a new one',
      { cause, retryAfterSeconds: 30 },
    )
  })
}

/** Throws `unavailable` unless the upload root is mounted and can be written to. */
export async function checkRoot(layout: Layout): Promise<void> {
  await assertMounted(layout)
  await access(layout.root, constants.W_OK | constants.X_OK).catch((cause) => {
    throw new AppError('unavailable', 'root_read_only', 'Cannot write into the upload directory', {
      cause,
      retryAfterSeconds: 30,
    })
  })
}

/** Bytes an unprivileged process may still write (statfs `bavail`). */
export async function freeBytes(layout: Layout): Promise<number> {
  const { bavail, bsize } = await statfs(layout.root)
  return bavail * bsize
}
