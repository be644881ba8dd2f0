import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClamdAddress } from '../config/clamd.ts'
import { AppError } from '../domain/errors.ts'
import { REPLY_BYTES } from './clamd-replies.ts'

/** A connection to clamd is there within this time, ms, or the scanner counts as down. */
const CONNECT_MS = 5_000

export type Conversation = {
  readonly address: ClamdAddress
  /** What is sent, command first; an error in it ends the conversation. */
  readonly request: AsyncIterable<Buffer>
  readonly signal: AbortSignal
}

/**
 * One connection, one request, one answer up to its NUL. clamd may answer and close while we still write, so the answer is
 * awaited from the beginning, and a failed write is no failure if an answer came.
 */
export async function converse({ address, request, signal }: Conversation): Promise<string> {
  signal.throwIfAborted()
  const socket = connect({ ...address, noDelay: true, signal })
  const answered = new AbortController()
  const reply = readReply(socket)
  // What went wrong with the sending shows in the answer, or in its absence; `end: false` leaves the socket to us.
  const sent = pipeline(Readable.from(request), socket, { end: false, signal: answered.signal }).catch((error) => {
    socket.destroy(error)
  })
  try {
    return await reply
  } finally {
    answered.abort()
    socket.destroy()
    await sent
  }
}

function readReply(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (code: string, why: string, cause?: unknown) =>
      reject(new AppError('unavailable', code, `Cannot finish the antivirus scan: ${why}`, { cause }))
    let connected = false
    let reply = Buffer.alloc(0)
    let cause: unknown
    socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no connection within ${CONNECT_MS} ms`)))
    socket.once('connect', () => {
      connected = true
      socket.setTimeout(0)
    })
    socket.on('data', (chunk: Buffer) => {
      reply = Buffer.concat([reply, chunk])
      const end = reply.indexOf(0)
      if (end >= 0) resolve(reply.toString('utf8', 0, end))
      else if (reply.length > REPLY_BYTES) fail('antivirus_fault', 'its answer has no end')
    })
    socket.on('error', (error) => {
      cause = error
    })
    socket.once('close', () => {
      if (cause instanceof AppError) reject(cause)
      else if (connected) fail('antivirus_closed', 'the scanner closed the connection without an answer', cause)
      else fail('antivirus_down', 'the scanner does not answer', cause)
    })
  })
}
