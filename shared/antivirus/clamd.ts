import type { FileHandle } from 'node:fs/promises'
import { setImmediate as otherEvents } from 'node:timers/promises'
import type { ClamdAddress } from '../config/clamd.ts'
import { AppError } from '../domain/errors.ts'
import { KIB } from '../domain/limits.ts'
import { converse } from './clamd-connection.ts'
import { parseStreamReply, parseVersionReply, type StreamVerdict } from './clamd-replies.ts'

const CHUNK = 256 * KIB
/** The database changes a few times a day. */
const VERSION_KEPT_MS = 60_000
/** A version is told within this time, ms. */
const VERSION_MS = 10_000
/** A reset can throw away an answer that was on its way: asked once more, it comes. */
const ATTEMPTS = 2

export type StreamOptions = { readonly signal: AbortSignal; readonly onBytes: (sent: number) => void }
export type Clamd = ReturnType<typeof createClamd>

/** clamd's protocol: one connection for each command, no session. Throws `unavailable` for whatever is no answer. */
export function createClamd(address: ClamdAddress, now: () => number = () => performance.now()) {
  let known: { readonly version: string; readonly at: number } | undefined

  async function attempt(handle: FileHandle, size: number, options: StreamOptions): Promise<StreamVerdict> {
    let whole = false
    async function* request() {
      yield* frames(handle, size, options.onBytes)
      whole = true
    }
    const reply = parseStreamReply(await converse({ address, request: request(), signal: options.signal }))
    // An OK before the end is about something else than this file.
    if (reply.kind === 'fault' || (reply.kind === 'ok' && !whole)) throw confused()
    return reply
  }

  return {
    /** `clamav 1.4.3/27000`. */
    async version(signal: AbortSignal): Promise<string> {
      if (known !== undefined && now() - known.at < VERSION_KEPT_MS) return known.version
      const limit = AbortSignal.any([signal, AbortSignal.timeout(VERSION_MS)])
      const version = parseVersionReply(await converse({ address, request: command('VERSION'), signal: limit }))
      if (version === undefined) throw confused()
      known = { version, at: now() }
      return version
    },

    /** Sends the file in pieces; memory does not depend on its size. */
    async scan(handle: FileHandle, size: number, options: StreamOptions): Promise<StreamVerdict> {
      for (let left = ATTEMPTS - 1; ; left--) {
        try {
          return await attempt(handle, size, options)
        } catch (error) {
          const closed = error instanceof AppError && error.code === 'antivirus_closed'
          if (!closed || left === 0 || options.signal.aborted) throw error
        }
      }
    },
  }
}

/** The `z` asks for an answer that ends in NUL, whatever a signature's name holds. */
const commandBytes = (name: string): Buffer => Buffer.from(`z${name}\0`, 'latin1')

async function* command(name: string): AsyncGenerator<Buffer> {
  yield commandBytes(name)
}

/** clamd(8): each piece after its length in 32 bits, network order; a length of zero ends the stream. */
async function* frames(handle: FileHandle, size: number, onBytes: (sent: number) => void): AsyncGenerator<Buffer> {
  yield commandBytes('INSTREAM')
  for (let sent = 0; sent < size; ) {
    const frame = Buffer.allocUnsafe(4 + Math.min(CHUNK, size - sent))
    const { bytesRead } = await handle.read(frame, 4, frame.length - 4, sent)
    if (bytesRead === 0) throw new Error(`Cannot read the file: it ends at ${sent} of ${size} bytes`)
    frame.writeUInt32BE(bytesRead)
    // An answer that is there already is read before the next write: the write would fail, and take the answer with it.
    await otherEvents()
    yield frame.subarray(0, 4 + bytesRead)
    sent += bytesRead
    onBytes(sent)
  }
  yield Buffer.alloc(4)
}

const confused = () =>
  new AppError('unavailable', 'antivirus_fault', 'Cannot finish the antivirus scan: the scanner reports a fault')
