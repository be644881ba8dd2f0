import type { FileHandle } from 'node:fs/promises'

/** Bytes after which dirty pages are sent to the disk in the background, so that the last fdatasync is short. */
const SYNC_BYTES = 64 * 1024 * 1024

/**
 * How much of a file that is being written is on the disk for sure. After an fdatasync that failed nobody knows which pages were
 * lost, and the next one may well succeed (fsync(2), "NOTES"): what it was to cover is cut off and sent again.
 */
export class DurableEnd {
  readonly #file: FileHandle
  readonly #onDurable: (offset: number) => void
  #durable: number
  #running: Promise<void> | undefined
  #error: unknown

  /**
   * `offset`: where writing begins; what lies before it was made durable by whoever wrote it. `onDurable` is told how far the file is
   * safe while it is still being written.
   */
  constructor(file: FileHandle, offset: number, onDurable: (offset: number) => void = () => undefined) {
    this.#file = file
    this.#durable = offset
    this.#onDurable = onDurable
  }

  /** To be told after each write how far the file reaches now, bytes; throws what a sync in the background failed with. */
  reached(offset: number): void {
    if (this.#error !== undefined) throw this.#error
    if (offset - this.#durable < SYNC_BYTES || this.#running !== undefined) return
    this.#running = this.#sync(offset)
      .then(() => this.#onDurable(offset))
      .catch(() => undefined)
      .finally(() => {
        this.#running = undefined
      })
  }

  /** Makes everything before `offset` durable. */
  async sync(offset: number): Promise<void> {
    await this.#running
    if (this.#error !== undefined) throw this.#error
    if (offset > this.#durable) await this.#sync(offset)
  }

  /**
   * After an error: keeps of the file what can be made durable, and cuts off what a sync that failed left in doubt. `guard` throws
   * if the file may not be touched any more.
   */
  async keepWhatIsSafe(guard: () => void): Promise<void> {
    await this.#running
    const { size } = await this.#file.stat()
    // It fails with what #error says then.
    if (this.#error === undefined) await this.#sync(size).catch(() => undefined)
    if (this.#error === undefined || size <= this.#durable) return
    guard()
    await this.#file.truncate(this.#durable)
  }

  async #sync(offset: number): Promise<void> {
    try {
      await this.#file.datasync()
      this.#durable = offset
    } catch (error) {
      this.#error = error
      throw error
    }
  }
}
