import { AppError, type ErrorKind } from '../domain/errors.ts'

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT'

/** Code of our own for what is neither a file nor a directory: a named pipe, a socket, a device. */
export const NOT_A_FILE = 'NOT_A_FILE'
const OTHER_THINGS: readonly string[] = ['ENOTDIR', 'EISDIR', 'ELOOP', NOT_A_FILE]
const UNREADABLE: readonly string[] = [...OTHER_THINGS, 'EACCES', 'EPERM', 'EIO', 'ENXIO']

/** Something else has the name: a directory or a link where a file should be, or a file where a directory should be. */
export const isOtherThing = (error: unknown): boolean => OTHER_THINGS.includes(codeOf(error) ?? '')

/** The same, or the one thing cannot be read while others can. */
export const isUnreadable = (error: unknown): boolean => UNREADABLE.includes(codeOf(error) ?? '')

type Fault = readonly [kind: ErrorKind, code: string, why: string, retryAfterSeconds: number]

const FAULT: Fault = ['unavailable', 'disk_fault', 'the file system does not answer as it should', 30]
const NO_ACCESS: Fault = ['unavailable', 'disk_no_access', 'the service may not write there', 60]
const NO_FILES: Fault = ['unavailable', 'too_many_files', 'too many files are open', 5]

/** POSIX error numbers of a file system that is full, over its quota, failing, read-only or away. */
const FAULTS: Readonly<Record<string, Fault>> = {
  ENOSPC: ['noRoom', 'no_space', 'the file system is full', 60],
  EDQUOT: ['noRoom', 'disk_quota', 'the disk quota is used up', 60],
  EFBIG: ['tooLarge', 'file_too_big', 'the file system takes no file of this size', 60],
  EROFS: ['unavailable', 'disk_read_only', 'the file system is read-only now', 60],
  EIO: FAULT,
  ESTALE: FAULT,
  ENXIO: FAULT,
  ENODEV: FAULT,
  ENOTCONN: FAULT,
  EHOSTDOWN: FAULT,
  ETIMEDOUT: FAULT,
  EACCES: NO_ACCESS,
  EPERM: NO_ACCESS,
  EMFILE: NO_FILES,
  ENFILE: NO_FILES,
}
/** Calls of sockets, whose errors share some of the numbers. */
const SOCKET_CALLS = new Set(['connect', 'accept', 'bind', 'listen', 'getaddrinfo', 'shutdown'])

/** An error of the file system as one of the domain; others pass as they are. `doing` completes "Cannot …". */
export function translateDiskError(error: unknown, doing = 'do this now'): unknown {
  const fault = FAULTS[codeOf(error) ?? '']
  if (fault === undefined || error instanceof AppError || !isFileCall(error)) return error
  const [kind, code, why, retryAfterSeconds] = fault
  return new AppError(kind, code, `Cannot ${doing}: ${why}`, { cause: error, retryAfterSeconds })
}

const isFileCall = (error: unknown): boolean =>
  error instanceof Error &&
  'syscall' in error &&
  typeof error.syscall === 'string' &&
  !SOCKET_CALLS.has(error.syscall) &&
  !('address' in error)

/** What no upload is to blame for, and what passes when the site is put right: work waits for it, as long as it takes. */
const OF_THE_SITE = new Set([
  'no_space',
  'disk_quota',
  'disk_read_only',
  'disk_no_access',
  'too_many_files',
  'root_missing',
  'root_read_only',
])
export const isFaultOfTheSite = (error: unknown): boolean => error instanceof AppError && OF_THE_SITE.has(error.code)
