import { MIB } from '#shared/domain/limits.ts'
import type { ByteStream, Cursor } from '../../io/byte-stream.ts'
import { DamagedData } from '../../io/damaged-data.ts'
import { GateProblem } from '../../problem.ts'
import type { Corner } from '../corner.ts'
import { FrameSniffer } from '../frame-sniffer.ts'
import { isZero } from '../gap.ts'
import { zstdHead } from './codec-heads.ts'
import type { Decoded } from './decoded.ts'
import { zstdFrameData } from './zstd-frame-data.ts'

const MAGIC = 0xfd2fb528
/** The longest header of a frame. */
const HEAD = 18
const SKIPPABLE_HEAD = 8

/** What is decoded in this process: all levels of the tool up to 19. A larger window is memory that another process must bear. */
const WINDOW_LOG = 23
const WINDOW = 8 * MIB

const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50

export type ZstdDeps = {
  readonly place: string
  /** Asked before each frame; may throw where time or budgets are spent. */
  admitFrame(declaredSize: number | null): void
  onExecutable(kind: string): void
  /** For what stands in a skippable frame. */
  corner(): Corner
  /** For what is left, from a frame on whose window is too large for this process. */
  decodeRest(): Decoded
}

/**
 * zstd (RFC 8878), frame by frame: all frames together are one content, as every tool gives it. Node's decoder stops without
 * a word behind the first frame, so each gets one of its own, and its end is found by the lengths of its blocks.
 */
export class ZstdStream implements ByteStream {
  readonly #cursor: Cursor
  readonly #deps: ZstdDeps
  #frame: Decoded | null = null
  #frames = 0
  #sniffer: FrameSniffer | null = null

  constructor(cursor: Cursor, deps: ZstdDeps) {
    this.#cursor = cursor
    this.#deps = deps
  }

  async next(): Promise<Buffer | null> {
    for (;;) {
      this.#frame ??= await this.#open()
      if (this.#frame === null) return null
      const chunk = await this.#frame.stream.next()
      if (chunk !== null) {
        this.#sniffer?.push(chunk)
        return chunk
      }
      await this.close()
      this.#sniffer?.end()
    }
  }

  /** The next frame, or null behind the last one. */
  async #open(): Promise<Decoded | null> {
    for (;;) {
      const head = await this.#cursor.peek(HEAD)
      const magic = head.length < 8 ? 0 : head.readUInt32LE(0)
      if (isSkippable(magic)) {
        this.#deps.admitFrame(null)
        await this.#skip(8 + head.readUInt32LE(4))
      } else return magic === MAGIC ? this.#decode(Buffer.concat([head], HEAD)) : this.#checkRest()
    }
  }

  async #skip(length: number): Promise<void> {
    const corner = this.#deps.corner()
    await this.#cursor.skip(SKIPPABLE_HEAD)
    for (let left = length - SKIPPABLE_HEAD; left > 0; ) {
      const bytes = await this.#cursor.next(left)
      if (bytes === null) throw new DamagedData('cut off')
      corner.push(bytes)
      left -= bytes.length
    }
    await corner.end()
  }

  #decode(head: Buffer): Decoded | Promise<Decoded> {
    const { window, size } = zstdHead(head)
    this.#deps.admitFrame(size)
    this.#frames++
    this.#sniffer = this.#frames === 1 ? null : new FrameSniffer((kind) => this.#deps.onExecutable(kind))
    if (window === null || window > WINDOW) return this.#deps.decodeRest()
    return zstdFrameData(this.#cursor, head[4] as number, WINDOW_LOG, size)
  }

  /** Some tools fill up with zeros, and all ignore them. */
  async #checkRest(): Promise<null> {
    for (let chunk = await this.#cursor.next(); chunk !== null; chunk = await this.#cursor.next()) {
      if (isZero(chunk)) continue
      throw new GateProblem('ambiguous_archive', this.#deps.place, 'bytes behind the end of the compressed data')
    }
    return null
  }

  async close(): Promise<void> {
    await this.#frame?.close()
    this.#frame = null
  }
}
