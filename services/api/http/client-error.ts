import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** What Node could not read as a request (its codes), in the form of all other errors; without this the answer has no body. */
const PROBLEMS: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'headers_too_large',
    'Cannot read the request: its headers have more than 16 KiB together',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'Cannot wait any longer: the headers of the request did not come'],
}

const UNREADABLE = [400, 'bad_request', 'Cannot read the request: it is not HTTP as it should be'] as const

/** The request ended in its middle (a proxy gave up, say): a 400 would tell the client not to come back, and it is right to. */
const CUT_OFF = 'HPE_INVALID_EOF_STATE'

/** Answers a connection on which no request could be read, and ends it. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET' || error.code === CUT_OFF) {
    socket.destroy()
    return
  }
  const [status, code, message] = PROBLEMS[error.code ?? ''] ?? UNREADABLE
  const body = JSON.stringify({ error: STATUS_CODES[status], code, message, request_id: randomUUID() })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
