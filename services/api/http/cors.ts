import type { RequestHandler } from 'express'

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Digest',
  'Content-Disposition',
  'Content-Type',
  'Repr-Digest',
  'Tus-Resumable',
  'Upload-Concat',
  'Upload-Checksum',
  'Upload-Complete',
  'Upload-Defer-Length',
  'Upload-Draft-Interop-Version',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'Upload-Token',
  'X-HTTP-Method-Override',
  'X-Request-ID',
  'X-Requested-With',
].join(', ')
const EXPOSED_HEADERS = [
  'Accept-Patch',
  'Content-Disposition',
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Tus-Checksum-Algorithm',
  'Retry-After',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Complete',
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Draft-Interop-Version',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Limit',
  'Upload-Metadata',
  'Upload-Offset',
  'Upload-Token',
  'X-Request-Id',
].join(', ')

/** CORS for the origins the site names. Tokens travel in a header, never in a cookie, so no credentials are allowed. */
export const cors =
  (origins: readonly string[]): RequestHandler =>
  (req, res, next) => {
    const origin = req.get('origin')
    if (origin !== undefined && (origins.includes(origin) || origins.includes('*'))) {
      res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED_HEADERS })
      if (req.method === 'OPTIONS') {
        res.set({
          'Access-Control-Allow-Methods': 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
          'Access-Control-Allow-Headers': ALLOWED_HEADERS,
          'Access-Control-Max-Age': '86400',
        })
      }
    }
    res.vary('Origin')
    next()
  }
