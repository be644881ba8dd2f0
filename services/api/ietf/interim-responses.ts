import { type IncomingMessage, ServerResponse, STATUS_CODES } from 'node:http'
import type { Logger } from '#shared/runtime/logger.ts'
import { INTEROP_HEADER, type InteropVersion } from './interop-versions.ts'

export type InterimMode = 'auto' | 'on' | 'off'

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
export function createSendInterim(mode: InterimMode, log: Logger): SendInterim {
  if (mode === 'off') return () => false
  if (typeof ServerResponse.prototype.writeInformation !== 'function') {
    log.warn('no 104 is sent: Node before 24.18 cannot')
    return () => false
  }
  // Node looks the reason phrase up here, and does not know it yet.
  STATUS_CODES[RESUMPTION_SUPPORTED] ??= 'Upload Resumption Supported'

  return function sendInterim(req, res, { number }, headers) {
    if (req.httpVersionMajor === 1 && req.httpVersionMinor === 0) return false
    if (mode === 'auto' && PROXY_HEADERS.some((name) => req.headers[name] !== undefined)) return false
    if (res.headersSent || res.destroyed || req.socket.destroyed) return false
    res.writeInformation(RESUMPTION_SUPPORTED, { [INTEROP_HEADER]: String(number), ...headers })
    return true
  }
}
