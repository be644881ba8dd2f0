import type { FileHandle } from 'node:fs/promises'
import { setImmediate as otherEvents } from 'node:timers/promises'
import { AppError } from '../domain/errors.ts'
import { KIB } from '../domain/limits.ts'

const CHUNK = 256 * KIB

/** The `z` asks for an answer that ends in NUL, whatever a signature's name holds. */
const commandBytes = (name: string): Buffer => Buffer.from(`z${name}\0`, 'latin1')

/** A command without anything behind it. */
export async function* single(name: string): AsyncGenerator<Buffer> {
  yield commandBytes(name)
}

/** Announces a piece of this length, and does not send it. */
export async function* lengthAlone(size: number): AsyncGenerator<Buffer> {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(size)
  yield Buffer.concat([commandBytes('INSTREAM'), length])
}

/** Bytes that are there already, as one piece. */
export async function* wholeStream(bytes: Buffer): AsyncGenerator<Buffer> {
  yield* lengthAlone(bytes.length)
  yield Buffer.concat([bytes, Buffer.alloc(4)])
}

/** clamd(8): each piece after its length in 32 bits, network order; a length of zero ends the stream. */
export async function* fileStream(
  handle: FileHandle,
  size: number,
  onBytes: (sent: number) => void,
): AsyncGenerator<Buffer> {
  yield commandBytes('INSTREAM')
  for (let sent = 0; sent < size; ) {
    const frame = Buffer.allocUnsafe(4 + Math.min(CHUNK, size - sent))
    const bytesRead = await readPiece(handle, frame, sent)
    frame.writeUInt32BE(bytesRead)
    // An answer that is there already is read before the next write: the write would fail, and take the answer with it.
    await otherEvents()
    yield frame.subarray(0, 4 + bytesRead)
    sent += bytesRead
    onBytes(sent)
  }
  yield Buffer.alloc(4)
}

async function readPiece(handle: FileHandle, frame: Buffer, position: number): Promise<number> {
  const unread = (cause?: unknown) =>
    new AppError('unavailable', 'file_unread', 'Cannot finish the antivirus scan: the file cannot be read', { cause })
  const { bytesRead } = await handle.read(frame, 4, frame.length - 4, position).catch((error) => {
    throw unread(error)
  })
  if (bytesRead === 0) throw unread()
  return bytesRead
}
