import { AppError } from '../domain/errors.ts'

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'

/** POSIX error numbers of a full, over-quota, failing or read-only file system, as errors of the domain; others pass as they are. */
export function translateDiskError(doing: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case 'ENOSPC':
      return new AppError('noRoom', 'no_space', `Cannot ${doing}: the file system is full`, {
        cause: error,
        retryAfterSeconds: 60,
      })
    case 'EDQUOT':
      return new AppError('noRoom', 'disk_quota', `Cannot ${doing}: the disk quota is used up`, {
        cause: error,
        retryAfterSeconds: 60,
      })
    case 'EROFS':
    case 'EIO':
    case 'ESTALE':
      return new AppError(
        'unavailable',
        'disk_fault',
        `Cannot ${doing}: the file system does not answer as it should`,
        {
          cause: error,
          retryAfterSeconds: 30,
        },
      )
    default:
      return error
  }
}
