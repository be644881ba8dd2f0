import type { NextFunction, Request, Response } from 'express'
import type { Principal, VerifyToken } from '#shared/contracts/token.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { RateLimited, type RateLimiter } from '#shared/redis/rate-limits.ts'
import { principalByToken } from '../use-cases/upload-token.ts'
import { bearerToken, identify } from './authenticate.ts'
import { addressKey } from './limit-requests.ts'

export type AuthenticateUploadDeps = {
  verify: VerifyToken
  /** The record of an id that nobody has been let in to yet. */
  recordOf: (id: string) => Promise<UploadRecord | undefined>
  addressLimit: RateLimiter
}

/** The id in a path, as the router reads it: with escapes, and perhaps with a slash behind. */
function idIn(path: string): string {
  try {
    return decodeURIComponent(path.replace(/^\/|\/$/g, ''))
  } catch {
    return ''
  }
}

/** JWT, or the Upload-Token of the upload whose URL it is; OPTIONS stays open. */
export function authenticateUpload({ verify, recordOf, addressLimit }: AuthenticateUploadDeps) {
  /** Guessing tokens is limited by address; where that cannot be counted the answer is still 401. */
  const countFailure = (ip: string | undefined) =>
    addressLimit(addressKey(ip)).catch((error: unknown) => {
      if (error instanceof RateLimited) throw error
    })

  const whoAsks = async (req: Request): Promise<Principal> => {
    const token = req.get('upload-token')
    if (token === undefined || req.method === 'POST') return verify(bearerToken(req.get('authorization')))
    return principalByToken(await recordOf(idIn(req.path)), token)
  }

  return async (req: Request, _res: Response, next: NextFunction): Promise<void> => {
    if (req.method !== 'OPTIONS') {
      try {
        identify(await whoAsks(req))
      } catch (error) {
        await countFailure(req.ip)
        throw error
      }
    }
    next()
  }
}
