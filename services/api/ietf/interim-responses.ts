import type { IncomingMessage, ServerResponse } from 'node:http'
import { INTEROP_HEADER, type InteropVersion } from './interop-versions.ts'

export type InterimMode = 'auto' | 'on' | 'off'

/** "Upload Resumption Supported", draft-ietf-httpbis-resumable-upload. */
const RESUMPTION_SUPPORTED = 104

/** Headers that proxies add. Some proxies (nginx 1.22) take an interim response for the last one, which breaks the upload. */
const PROXY_HEADERS = ['via', 'forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip']

export type SendInterim = (
  req: IncomingMessage,
  res: ServerResponse,
  version: InteropVersion,
  headers: Readonly<Record<string, string>>,
) => boolean

/**
 * Sends `104` interim responses; answers whether one was sent. `auto`: to clients that no proxy stands before. Never to HTTP/1.0, which
 * has no interim responses (RFC 9110 §15.2), nor once the answer has begun.
 */
export const createSendInterim = (mode: InterimMode): SendInterim =>
  function sendInterim(req, res, { number }, headers) {
    // Node before 24.18 has no way to send one.
    if (mode === 'off' || typeof res.writeInformation !== 'function') return false
    if (req.httpVersionMajor === 1 && req.httpVersionMinor === 0) return false
    if (mode === 'auto' && PROXY_HEADERS.some((name) => req.headers[name] !== undefined)) return false
    if (res.headersSent || res.destroyed || req.socket.destroyed) return false
    res.writeInformation(RESUMPTION_SUPPORTED, { [INTEROP_HEADER]: String(number), ...headers })
    return true
  }
