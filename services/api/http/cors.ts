import type { RequestHandler } from 'express'

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Digest',
  'Content-Disposition',
  'Content-Type',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Range',
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
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Range',
  'ETag',
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
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ')

/**
 * CORS for the origins the site names. Tokens travel in a header, never in a cookie, so no credentials are allowed. A preflight carries
 * no token (Fetch §4.8) and is answered here; below `optionsPath` OPTIONS has an answer of its own, for everybody.
 */
export const cors =
  (origins: readonly string[], optionsPath: string): RequestHandler =>
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
    const isPreflight = req.method === 'OPTIONS' && req.get('access-control-request-method') !== undefined
    const isOurs = req.path !== optionsPath && !req.path.startsWith(`${optionsPath}/`)
    if (isPreflight && isOurs && res.get('access-control-allow-origin') !== undefined) res.status(204).end()
    else next()
  }
