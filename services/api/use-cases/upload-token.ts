import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Principal } from '#shared/contracts/token.ts'
import { AppError } from '#shared/domain/errors.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'

/** 256 bits: nobody guesses one. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** A capability for one upload: HEAD, PATCH and DELETE of it, and nothing else. It outlives the login token and dies with the upload. */
export function createUploadToken(): { token: string; sha256: string } {
  const token = randomBytes(32).toString('base64url')
  return { token, sha256: hashOf(token).toString('hex') }
}

/** Who may act on `record` by an Upload-Token: its owner, without any other right; throws `unauthenticated` for a wrong one. */
export function principalByToken(record: UploadRecord | undefined, token: string): Principal {
  const wanted = Buffer.from(record?.token_sha256 ?? '', 'hex')
  if (record === undefined || !TOKEN.test(token) || wanted.length !== 32 || !timingSafeEqual(hashOf(token), wanted)) {
    throw new AppError(
      'unauthenticated',
      'bad_upload_token',
      'Cannot use this Upload-Token: it is for another upload, or the upload is gone',
    )
  }
  return { user: record.owner, groups: [], permissions: [], isAdmin: false, expiresAt: null }
}
