import type { IncomingMessage, ServerResponse } from 'node:http'
import { MIB } from '#shared/domain/limits.ts'

/** How much of an unwanted body is read on, and how long (ms), so that the client sees the answer instead of a reset. */
const LINGER_BYTES = 4 * MIB
const LINGER_MS = 1_000

/**
 * Sends an answer. If the request's body was not read to its end, reads a little more of it and then closes the connection:
 * closing at once would reset it and lose the answer (RFC 9112 §9.6), reading on to the end might take hours.
 */
export async function finishAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  body: string,
  contentType?: string,
): Promise<void> {
  if (contentType !== undefined && body !== '') res.setHeader('Content-Type', contentType)
  if (res.statusCode !== 204) res.setHeader('Content-Length', Buffer.byteLength(body))
  if (isAwaited(req)) {
    // The body was not asked for, so it will not come: RFC 9110 §10.1.1.
    res.setHeader('Connection', 'close')
    res.end(body)
    return
  }
  if (hasBeenRead(req) || req.destroyed) {
    res.end(body)
    return
  }
  res.setHeader('Connection', 'close')
  if (req.method === 'HEAD' || res.statusCode === 204) res.flushHeaders()
  else res.write(body)
  await linger(req)
  res.end()
}

/** Requests whose client waits for "100 Continue" before it sends the body. */
const waiting = new WeakSet<IncomingMessage>()

/** Notes that a request waits for {@link askForBody}; its body is sent only after authentication and admission. */
export const holdBody = (req: IncomingMessage): void => void waiting.add(req)

/** Tells the client to send the body, if it waits for that. */
export function askForBody(req: IncomingMessage, res: ServerResponse): void {
  if (waiting.delete(req)) res.writeContinue()
}

const isAwaited = (req: IncomingMessage): boolean => waiting.has(req)

const hasBeenRead = (req: IncomingMessage): boolean => req.complete || !bringsBody(req)

function linger(req: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let rest = LINGER_BYTES
    const done = () => {
      clearTimeout(timer)
      req.off('data', count).off('end', done).off('close', done).off('error', done)
      req.pause()
      resolve()
    }
    const count = (chunk: Buffer) => {
      rest -= chunk.length
      if (rest <= 0) done()
    }
    const timer = setTimeout(done, LINGER_MS)
    req.on('data', count).on('end', done).on('close', done).on('error', done).resume()
  })
}

/** RFC 9112 §6.3: a request has a body if it has a length above 0, or comes in chunks. */
export const bringsBody = ({ headers }: IncomingMessage): boolean =>
  (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined
