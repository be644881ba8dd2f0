import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { AppError } from '../domain/errors.ts'
import { MIB } from '../domain/limits.ts'
import { translateDiskError } from './disk-errors.ts'

/** Bytes that may wait in memory while the disk is busy: what one connection costs, whatever the size of the file. */
const QUEUE_BYTES = 2 * MIB
/**
 * Bytes of all bodies together above which none waits with more than one chunk. Above 64 MiB of buffers V8 marks the whole heap again
 * and again, and one turn of the event loop reads from each connection all that may wait: hundreds of them would keep it for seconds.
 */
const SHARED_BYTES = 32 * MIB
/** Bytes of all bodies of this process that are in memory now. */
let inMemory = 0

export type ReceiveOptions = {
  /** Where the first byte goes. */
  readonly offset: number
  /** Most bytes this body may bring. */
  readonly maxBytes: number
  /** Called before each write with the offset it will reach; throws to stop (lock lost, quota used up). */
  readonly guard: (end: number) => void | Promise<void>
  /** Called after each write with the offset reached; throws to stop. */
  readonly onProgress: (offset: number) => void
  /** Aborted when the body shall end early: what has arrived is kept. */
  readonly signal: AbortSignal
  /** Sees each chunk before it is written. */
  readonly onChunk?: (chunk: Buffer) => void
  /** Nobody else looks at the body's chunks: their memory is given back as soon as they are written. */
  readonly ownsChunks?: boolean
}

/** `ended` is false if the client went away or was cut off before the end of its body. */
export type Received = { readonly offset: number; readonly ended: boolean }

/**
 * Writes a request body to a file as it comes: chunks that arrive while a write is under way go together in the next one.
 * All bytes that came are written before it answers, none is durable yet. Throws `body_too_large` past `maxBytes`, `no_space` on a
 * full disk; what was written before that stays.
 */
export async function receive(body: Readable, file: FileHandle, options: ReceiveOptions): Promise<Received> {
  const inbox = new Inbox(body, options)
  let offset = options.offset
  try {
    for (;;) {
      const chunks = await inbox.take()
      if (chunks.length === 0) break
      const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      await options.guard(offset + size)
      if (options.onChunk !== undefined) chunks.forEach(options.onChunk)
      await writeAll(file, chunks, offset)
      if (options.ownsChunks === true) chunks.forEach(giveBack)
      inbox.written(size)
      offset += size
      options.onProgress(offset)
    }
  } catch (error) {
    throw translateDiskError(error, 'store the bytes')
  } finally {
    inbox.close()
  }
  if (inbox.overrun) {
    throw new AppError(
      'tooLarge',
      'body_too_large',
      `Cannot accept the body: it is longer than the ${options.maxBytes} bytes that remain`,
    )
  }
  return { offset, ended: inbox.ended }
}

async function writeAll(file: FileHandle, chunks: Buffer[], position: number): Promise<void> {
  let rest = chunks
  let at = position
  while (rest.length > 0) {
    const { bytesWritten } =
      rest.length === 1 ? await file.write(rest[0] as Buffer, 0, undefined, at) : await file.writev(rest, at)
    at += bytesWritten
    rest = withoutFirst(rest, bytesWritten)
  }
}

/**
 * Frees a chunk's memory now. Left to the garbage collector, 64 MiB of dead chunks make it mark the whole heap again and again:
 * that took half of the CPU of a large upload, and new pages for each chunk.
 */
function giveBack({ buffer, byteLength }: Buffer): void {
  // A part of a pool belongs to others too.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

/** What is left of `chunks` after their first `bytes` were written. */
function withoutFirst(chunks: Buffer[], bytes: number): Buffer[] {
  let skip = bytes
  let index = 0
  for (; index < chunks.length; index++) {
    const { length } = chunks[index] as Buffer
    if (skip < length) break
    skip -= length
  }
  const rest = chunks.slice(index)
  if (skip > 0 && rest[0] !== undefined) rest[0] = rest[0].subarray(skip)
  return rest
}

/** Collects the chunks of a body between two writes, and pauses the body when too many wait. */
class Inbox {
  overrun = false
  ended = false
  readonly #body: Readable
  readonly #signal: AbortSignal
  #chunks: Buffer[] = []
  #waiting = 0
  #unwritten = 0
  #remaining: number
  #done = false
  #wake: (() => void) | undefined

  constructor(body: Readable, { maxBytes, signal }: ReceiveOptions) {
    this.#body = body
    this.#signal = signal
    this.#remaining = maxBytes
    body.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#finish).on('error', this.#finish)
    signal.addEventListener('abort', this.#finish)
    if (signal.aborted || body.destroyed || body.readableEnded) this.#finish()
    if (body.readableEnded) this.ended = true
  }

  /** The chunks that wait, or none at the end of the body. */
  async take(): Promise<Buffer[]> {
    while (this.#chunks.length === 0 && !this.#done) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const chunks = this.#chunks
    this.#chunks = []
    this.#waiting = 0
    if (!this.#done) this.#body.resume()
    return chunks
  }

  /** `bytes` of those taken are in memory no longer. */
  written(bytes: number): void {
    this.#unwritten -= bytes
    inMemory -= bytes
  }

  close(): void {
    this.#finish()
    this.written(this.#unwritten)
    this.#body.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#finish)
    this.#signal.removeEventListener('abort', this.#finish)
  }

  readonly #onData = (chunk: Buffer) => {
    if (this.#done) return
    if (chunk.length > this.#remaining) {
      this.overrun = true
      this.#finish()
      return
    }
    this.#remaining -= chunk.length
    this.#chunks.push(chunk)
    this.#waiting += chunk.length
    this.#unwritten += chunk.length
    inMemory += chunk.length
    if (this.#waiting >= QUEUE_BYTES || inMemory >= SHARED_BYTES) this.#body.pause()
    this.#wakeUp()
  }

  readonly #onEnd = () => {
    this.ended = true
    this.#finish()
  }

  readonly #finish = () => {
    this.#done = true
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
