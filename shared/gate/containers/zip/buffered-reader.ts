import { Readable } from 'node:stream'
import { RandomAccessReader } from 'yauzl'
import { type RandomAccess, RangeStream, Window } from '../../io/random-access.ts'

/**
 * Lets yauzl read a directory through a window of 1 MiB: its own file reader takes a hundred times as long. A failure of
 * the disk is kept apart, because yauzl hands on everything as an error of the archive.
 */
export class BufferedReader extends RandomAccessReader {
  readonly #access: RandomAccess
  readonly #window: Window
  ioFailure: unknown

  constructor(access: RandomAccess) {
    super()
    this.#access = access
    this.#window = new Window(access)
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    const held = this.#window.held(position, length)
    if (held !== null) {
      this.#give(held, target, offset, callback)
      return
    }
    this.#window.read(position, length).then(
      (bytes) => this.#give(bytes, target, offset, callback),
      (error: unknown) => {
        this.ioFailure = error
        callback(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }

  #give(bytes: Buffer, target: Buffer, offset: number, callback: (error: null, bytesRead: number) => void): void {
    bytes.copy(target, offset)
    callback(null, bytes.length)
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const range = new RangeStream(this.#access, start, end)
    return Readable.from(
      (async function* () {
        for (let chunk = await range.next(); chunk !== null; chunk = await range.next()) yield Buffer.from(chunk)
      })(),
    )
  }
}
