import { crc32 } from 'node:zlib'
import { KIB } from '#shared/domain/limits.ts'
import type { Container, ContainerReader } from '../content.ts'
import { executableIn } from '../executables/executable-sniffer.ts'
import type { ByteStream, Cursor } from '../io/byte-stream.ts'
import { DamagedData } from '../io/damaged-data.ts'
import { InflateStream, inflateSmall, TooMuchData } from '../io/inflate.ts'
import { normalisePath, unsafePath } from '../names/member-path.ts'
import { judgeName } from '../names/name-rules.ts'
import { GateProblem } from '../problem.ts'
import { throughCodec } from '../types/case-kinds.ts'
import { Corner } from './corner.ts'
import { FrameSniffer } from './frame-sniffer.ts'
import { isZero } from './gap.ts'
import { type GzipHeader, readGzipHeader } from './gzip-header.ts'

const TRAILER = 8
/** Frames of block-wise writers are about this long; they are decoded in one call. */
const SMALL = 64 * KIB
const SMALL_EXPANDED = 256 * KIB
const SHORT = 8 * KIB

/** gzip (RFC 1952), frame by frame: all frames together are one content, as every tool gives it. */
export const gzipReader: ContainerReader = {
  family: 'gzip',
  engine: 'gzip',
  needs: 'stream',
  async read(container, cursor) {
    const { content, walker } = container
    const header = await readGzipHeader(cursor, content.place, container.inspection.budgets.maxNameBytes)
    if (header === null) throw new GateProblem('not_inspectable', content.place, 'no gzip header')
    await judgeHeader(container, header)
    const frames = new GzipFrames(container, cursor)
    try {
      const inner = await walker.inner(container, innerName(content.name, header), frames)
      return throughCodec(inner, 'gzip', 'gz')
    } finally {
      await frames.close()
    }
  },
}

/** The name it gets when it is unpacked: its own without .gz, or the stored one where it has another extension. */
export function innerName(name: string, header: GzipHeader): string {
  if (/\.gz$/i.test(name)) return name.slice(0, -3)
  if (/\.tgz$/i.test(name)) return `${name.slice(0, -4)}.tar`
  if (/\.svgz$/i.test(name)) return name.slice(0, -1)
  return header.name ?? ''
}

async function judgeHeader(container: Container, header: GzipHeader): Promise<void> {
  judgeStoredName(container, header)
  const { inspection, content } = container
  // As a whole, and the first of its subfields, each of which has four bytes in front.
  for (const bytes of header.extra.length === 0 ? [] : [header.extra, header.extra.subarray(4)]) {
    const corner = new Corner(inspection, content.place, 'the extra field of gzip')
    corner.push(bytes)
    await corner.end()
  }
}

/** `gzip -N` and graphical tools restore it. */
function judgeStoredName({ content, inspection }: Container, { name }: GzipHeader): void {
  if (name === null) return
  const unsafe = unsafePath(name, Buffer.byteLength(name), inspection.budgets)
  if (unsafe !== null) inspection.report('unsafe_member', content.place, `stored name: ${unsafe}`)
  for (const { code, detail } of judgeName(normalisePath(name).name)) {
    inspection.report(code, content.place, `stored name ${detail}`)
  }
}

class GzipFrames implements ByteStream {
  readonly #container: Container
  readonly #cursor: Cursor
  #inflate: InflateStream | null = null
  #frames = 0
  /** Of a later frame. */
  #sniffer: FrameSniffer | null = null
  #frameStart = 0
  #size = 0
  #crc = 0
  #ended = false
  #lastWasSmall = false
  /** Of a small frame, by the one before: memory for what never comes is what most of its time would go into. */
  #expected = SMALL_EXPANDED
  #failure: GateProblem | undefined

  constructor(container: Container, cursor: Cursor) {
    this.#container = container
    this.#cursor = cursor
  }

  get #place(): string {
    return this.#container.content.place
  }

  async next(): Promise<Buffer | null> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      return await this.#next()
    } catch (error) {
      if (!(error instanceof DamagedData)) throw error
      this.#failure = new GateProblem('not_inspectable', this.#place, `damaged gzip data: ${error.message}`)
      throw this.#failure
    }
  }

  async #next(): Promise<Buffer | null> {
    while (!this.#ended) {
      const whole = this.#inflate === null ? await this.#begin() : null
      const chunk = whole ?? (await this.#inflate?.next()) ?? null
      if (chunk !== null) this.#count(chunk)
      if (whole !== null || chunk === null) await this.#endFrame()
      if (chunk !== null && chunk.length > 0) return chunk
    }
    return null
  }

  /** Starts a frame behind its header; a small one comes back whole, for a longer one the stream is opened. */
  async #begin(): Promise<Buffer | null> {
    this.#frames++
    this.#container.inspection.addFrame(this.#place)
    this.#sniffer = this.#frames === 1 ? null : new FrameSniffer((kind) => this.#executable(kind))
    this.#frameStart = this.#cursor.position
    const whole = this.#lastWasSmall || this.#frames === 1 ? await this.#small() : null
    if (whole === null) this.#inflate = new InflateStream(this.#cursor)
    return whole
  }

  async #small(): Promise<Buffer | null> {
    try {
      const { data, consumed } = inflateSmall(await this.#cursor.peek(SMALL), SMALL_EXPANDED, this.#expected)
      await this.#cursor.skip(consumed)
      return data
    } catch (error) {
      // Longer than the look ahead, or damaged: the stream finds out which.
      if (error instanceof DamagedData || error instanceof TooMuchData) return null
      throw error
    }
  }

  #executable(kind: string): void {
    this.#container.inspection.report('executable', this.#place, `${kind} in gzip frame ${this.#frames}`)
  }

  #count(chunk: Buffer): void {
    const { inspection } = this.#container
    inspection.expand(chunk.length, this.#place)
    this.#sniffer?.push(chunk)
    this.#size += chunk.length
    this.#crc = crc32(chunk, this.#crc)
  }

  async #endFrame(): Promise<void> {
    await this.#inflate?.close()
    this.#inflate = null
    this.#sniffer?.end()
    const trailer = await this.#cursor.take(TRAILER)
    if (trailer.length < TRAILER) throw new DamagedData('the end is missing')
    if (trailer.readUInt32LE(0) !== this.#crc) throw new DamagedData('the CRC is not the one it declares')
    if (trailer.readUInt32LE(4) !== this.#size % 2 ** 32) throw new DamagedData('the size is not the one it declares')
    this.#lastWasSmall = this.#cursor.position - this.#frameStart < SMALL
    this.#expected = this.#size < SHORT ? SHORT : SMALL_EXPANDED
    this.#size = 0
    this.#crc = 0
    await this.#nextHeader()
  }

  async #nextHeader(): Promise<void> {
    const { budgets } = this.#container.inspection
    const header = await readGzipHeader(this.#cursor, this.#place, budgets.maxNameBytes)
    if (header !== null) {
      await judgeHeader(this.#container, header)
      return
    }
    this.#ended = true
    await this.#checkTrailing()
  }

  /** Tapes pad with zeros and every tool ignores them; other bytes only some. */
  async #checkTrailing(): Promise<void> {
    for (let chunk = await this.#cursor.next(); chunk !== null; chunk = await this.#cursor.next()) {
      if (isZero(chunk)) continue
      const kind = executableIn(chunk)
      if (kind !== null) this.#container.inspection.report('executable', this.#place, `${kind} behind the gzip data`)
      this.#failure = new GateProblem('ambiguous_archive', this.#place, 'bytes behind the end of the gzip data')
      throw this.#failure
    }
  }

  async close(): Promise<void> {
    await this.#inflate?.close()
  }
}
