import { crc32 } from 'node:zlib'
import { formatBytes } from '../format-figures.ts'
import type { Inspection } from '../inspection.ts'
import type { ByteStream } from '../io/byte-stream.ts'
import { DamagedData } from '../io/damaged-data.ts'
import { TooMuchData } from '../io/inflate.ts'
import { GateProblem } from '../problem.ts'

export type Declared = { readonly size: number; readonly crc: number }

/**
 * A decoded member that is held to what its archive declared: decoding stops at the declared size, and size and CRC are
 * compared at the end. Every byte counts against the budget of the whole scan.
 */
export class CheckedStream implements ByteStream {
  readonly #source: ByteStream
  readonly #declared: Declared
  readonly #inspection: Inspection
  readonly #place: string
  #size = 0
  #crc = 0
  #failure: GateProblem | undefined

  constructor(source: ByteStream, declared: Declared, inspection: Inspection, place: string) {
    this.#source = source
    this.#declared = declared
    this.#inspection = inspection
    this.#place = place
  }

  async next(): Promise<Buffer | null> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return this.#check(await this.#source.next())
    } catch (error) {
      return this.#explain(error)
    }
  }

  nextNow(): Buffer | null | undefined {
    if (this.#failure !== undefined) throw this.#failure
    try {
      const chunk = this.#source.nextNow?.()
      return chunk === undefined ? undefined : this.#check(chunk)
    } catch (error) {
      return this.#explain(error)
    }
  }

  #check(chunk: Buffer | null): Buffer | null {
    if (chunk === null) this.#checkEnd()
    else {
      this.#size += chunk.length
      this.#inspection.expand(chunk.length, this.#place)
      if (this.#size > this.#declared.size) this.#tooLong()
      this.#crc = crc32(chunk, this.#crc)
    }
    return chunk
  }

  #explain(error: unknown): never {
    if (error instanceof TooMuchData) this.#tooLong()
    if (error instanceof DamagedData) this.#fail('not_inspectable', `damaged data: ${error.message}`)
    throw error
  }

  #tooLong(): never {
    return this.#fail('ambiguous_archive', `holds more than the ${formatBytes(this.#declared.size)} it declares`)
  }

  #checkEnd(): void {
    if (this.#size !== this.#declared.size) {
      const said = formatBytes(this.#declared.size)
      this.#fail('ambiguous_archive', `declares ${said} and holds ${formatBytes(this.#size)}`)
    }
    if (this.#crc !== this.#declared.crc) this.#fail('not_inspectable', 'damaged: the CRC is not the one declared')
  }

  #fail(code: 'ambiguous_archive' | 'not_inspectable', detail: string): never {
    this.#failure = new GateProblem(code, this.#place, detail)
    throw this.#failure
  }

  /** Reads what is left, so that every member is checked to its end whatever looked at it. */
  async finish(): Promise<void> {
    for (let chunk = this.nextNow(); chunk !== null; ) chunk = chunk === undefined ? await this.next() : this.nextNow()
  }
}
