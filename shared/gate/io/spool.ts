import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIB } from '#shared/domain/limits.ts'
import type { ByteStream } from './byte-stream.ts'
import { BufferAccess, type RandomAccess } from './random-access.ts'

const IN_MEMORY = 8 * MIB

export type Spooled = AsyncDisposable & { readonly access: RandomAccess }

class FileAccess implements RandomAccess {
  readonly size: number
  readonly #handle: FileHandle
  constructor(handle: FileHandle, size: number) {
    this.#handle = handle
    this.size = size
  }
  get fd(): number {
    return this.#handle.fd
  }
  async read(target: Buffer, position: number): Promise<number> {
    const wanted = Math.max(0, Math.min(target.length, this.size - position))
    let done = 0
    while (done < wanted) {
      const { bytesRead } = await this.#handle.read(target, done, wanted - done, position + done)
      if (bytesRead === 0) throw new Error(`Cannot read the spool: it ends at ${position + done} of ${this.size} bytes`)
      done += bytesRead
    }
    return done
  }
}

/**
 * Makes a stream readable anywhere: in memory up to 8 MiB, beyond that in a temporary file that has no name any more when
 * the first byte goes in, so that a killed scan leaves nothing behind. `charge` is told of every byte and may throw.
 */
export async function spool(stream: ByteStream, charge: (bytes: number) => void): Promise<Spooled> {
  const parts: Buffer[] = []
  let size = 0
  for (let chunk = await stream.next(); chunk !== null; chunk = await stream.next()) {
    charge(chunk.length)
    parts.push(Buffer.from(chunk))
    size += chunk.length
    if (size > IN_MEMORY) return spoolToFile(parts, size, stream, charge)
  }
  return { access: new BufferAccess(Buffer.concat(parts)), [Symbol.asyncDispose]: async () => undefined }
}

/** The same, but always in a file, which a decoder can be given. */
export const spoolInFile = (stream: ByteStream, charge: (bytes: number) => void): Promise<Spooled> =>
  spoolToFile([], 0, stream, charge)

async function spoolToFile(
  parts: Buffer[],
  start: number,
  stream: ByteStream,
  charge: (bytes: number) => void,
): Promise<Spooled> {
  const path = join(tmpdir(), `airlock-spool-${randomUUID()}`)
  const handle = await open(path, 'wx+', 0o600)
  try {
    await unlink(path)
    await writeAll(handle, Buffer.concat(parts.splice(0)), 0)
    let size = start
    for (let chunk = await stream.next(); chunk !== null; chunk = await stream.next()) {
      charge(chunk.length)
      await writeAll(handle, chunk, size)
      size += chunk.length
    }
    return { access: new FileAccess(handle, size), [Symbol.asyncDispose]: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}
