import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { AppError } from '#shared/domain/errors.ts'
import { isFaultOfTheSite, translateDiskError } from '#shared/storage/disk-errors.ts'

/** An error as node:fs throws it. */
const fsError = (code: keyof typeof constants.errno, syscall = 'write') =>
  Object.assign(new Error(`${code}: it failed, ${syscall}`), { code, syscall, errno: -constants.errno[code] })

test.each([
  ['ENOSPC', 'noRoom', 'no_space', true],
  ['EDQUOT', 'noRoom', 'disk_quota', true],
  ['EROFS', 'unavailable', 'disk_read_only', true],
  ['EACCES', 'unavailable', 'disk_no_access', true],
  ['EMFILE', 'unavailable', 'too_many_files', true],
  // A bad sector is this file's own trouble: its scan must come to an end.
  ['EIO', 'unavailable', 'disk_fault', false],
  ['ESTALE', 'unavailable', 'disk_fault', false],
] as const)('%s is %s: %s', (errno, kind, code, ofTheSite) => {
  const thrown = fsError(errno)
  const error = translateDiskError(thrown, 'store the bytes')
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({
    kind,
    code,
    cause: thrown,
    message: expect.stringMatching(/^Cannot store the bytes: /),
  })
  expect((error as AppError).retryAfterSeconds).toBeGreaterThan(0)
  expect(isFaultOfTheSite(error)).toBe(ofTheSite)
})

test.each([
  ['a missing file', fsError('ENOENT', 'open')],
  ['a socket that timed out', fsError('ETIMEDOUT', 'connect')],
  ['a socket that was reset', Object.assign(fsError('EPERM', 'write'), { address: '10.0.0.1' })],
  ['an error of our own', new AppError('invalid', 'x', 'Cannot')],
  ['no error at all', 'text'],
])('%s passes as it is', (_what, error) => {
  expect(translateDiskError(error)).toBe(error)
})
