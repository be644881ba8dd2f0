import type { FileHandle } from 'node:fs/promises'
import type { ClamdAddress } from '../config/clamd.ts'
import { AppError } from '../domain/errors.ts'
import { converse } from './clamd-connection.ts'
import { parseStreamReply, parseVersionReply, type StreamVerdict } from './clamd-replies.ts'
import { fileStream, lengthAlone, single, wholeStream } from './clamd-requests.ts'
import { limitTrial } from './limit-trial.ts'

/** The database changes a few times a day, the configuration less often. */
const KEPT_MS = 60_000
/** What is not about a file is answered within this time, ms. */
const SHORT_MS = 10_000
/** Longest wait for the answer to a length alone, ms. */
const PROBE_MS = 3_000

export type StreamOptions = { readonly signal: AbortSignal; readonly onBytes: (sent: number) => void }
export type Clamd = ReturnType<typeof createClamd>

/** clamd's protocol: one connection for each command, no session. Throws `unavailable` for whatever is no answer. */
export function createClamd(address: ClamdAddress, { now = () => performance.now(), probeMs = PROBE_MS } = {}) {
  const short = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(SHORT_MS)])

  const version = kept(now, async (signal) => {
    const found = parseVersionReply(await converse({ address, request: single('VERSION'), signal: short(signal) }))
    if (found === undefined) throw confused()
    return found
  })
  const tellsLimits = kept(now, async (signal) => {
    const request = wholeStream(limitTrial())
    const reply = parseStreamReply(await converse({ address, request, signal: short(signal) }))
    if (reply.kind === 'fault') throw confused()
    return reply.kind === 'limit'
  })

  async function send(handle: FileHandle, size: number, options: StreamOptions): Promise<StreamVerdict> {
    let sent = 0
    const request = fileStream(handle, size, (bytes) => {
      sent = bytes
      options.onBytes(bytes)
    })
    const reply = parseStreamReply(await converse({ address, request, signal: options.signal }))
    // An OK before the end is about something else than this file.
    if (reply.kind === 'fault' || (reply.kind === 'ok' && sent < size)) throw confused()
    return reply
  }

  /**
   * Whether the size is beyond StreamMaxLength. A connection that is closed while we write may be reset, and the answer that
   * says why be lost with it. clamd compares the length of a piece before it reads it, so the length alone gets the same
   * answer, with nothing on its way that could be in the way; a size within the limit gets none.
   */
  async function isBeyondLimit(size: number, signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(probeMs)])
    const reply = await converse({ address, request: lengthAlone(size), signal: limit }).catch(() => '')
    return parseStreamReply(reply).kind === 'limit'
  }

  return {
    /** `clamav 1.4.3/27000`. */
    version,
    /** Whether it raises an alert about what it leaves unread, or says OK to it. */
    tellsLimits,
    isBeyondLimit,

    /** Sends the file in pieces; memory does not depend on its size. */
    async scan(handle: FileHandle, size: number, options: StreamOptions): Promise<StreamVerdict> {
      try {
        return await send(handle, size, options)
      } catch (error) {
        const closed = error instanceof AppError && error.code === 'antivirus_closed'
        if (closed && (await isBeyondLimit(size, options.signal))) return { kind: 'limit' }
        throw error
      }
    },
  }
}

/** The answer to a question that is seldom another; a failure is not kept. */
function kept<Answer>(now: () => number, ask: (signal: AbortSignal) => Promise<Answer>) {
  let known: { readonly answer: Answer; readonly at: number } | undefined
  return async (signal: AbortSignal): Promise<Answer> => {
    if (known === undefined || now() - known.at >= KEPT_MS) known = { answer: await ask(signal), at: now() }
    return known.answer
  }
}

const confused = () =>
  new AppError('unavailable', 'antivirus_fault', 'Cannot finish the antivirus scan: the scanner reports a fault')
