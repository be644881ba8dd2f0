import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, type ErrorKind } from '#shared/domain/errors.ts'

const STATUS: Partial<Record<ErrorKind, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  unavailable: 503,
}

/** Answers a WebSocket handshake with an HTTP error, in the form of the API's errors, and closes the connection. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const known = error instanceof AppError
  const status = known ? (STATUS[error.kind] ?? 500) : 500
  const { code, message } = known ? error : { code: 'internal', message: 'Cannot open the connection' }
  const body = JSON.stringify({ error: STATUS_CODES[status], code, message, request_id: randomUUID() })
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    ...(status === 401 ? [`WWW-Authenticate: ${challenge(code)}`] : []),
    ...(status === 503 ? ['Retry-After: 1'] : []),
  ]
  socket.on('error', () => undefined)
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/** RFC 6750 §3.1: no error code where no token was sent. */
const challenge = (code: string): string =>
  code === 'missing_token' ? 'Bearer realm="airlock"' : 'Bearer realm="airlock", error="invalid_token"'
