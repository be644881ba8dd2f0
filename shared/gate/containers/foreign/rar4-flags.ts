import type { Inspection } from '../../inspection.ts'
import type { Listener } from '../../io/byte-stream.ts'
import { GateProblem } from '../../problem.ts'

const MARK = Buffer.from('526172211a0700', 'hex')
const SHORTEST = 7
const MAIN = 0x73
const FILE = 0x74
const HAS_DATA = 0x8000
const MAIN_VOLUME = 0x1
const MAIN_ENCRYPTED = 0x80
const FILE_SPLIT = 0x1 | 0x2
const FILE_ENCRYPTED = 0x4
const FILE_LARGE = 0x100
/** Fixed fields of a header as far as the high half of the packed size. */
const LONGEST = 36

/**
 * Reads the headers of a RAR 4 archive on its way to bsdtar, which gives out encrypted and split members as if their bytes were
 * the content. Everything else about them is bsdtar's.
 */
export class Rar4Flags implements Listener {
  readonly #inspection: Inspection
  readonly #place: string
  #header: Buffer = Buffer.alloc(0)
  #skip = 0
  #isFirst = true
  #given = false

  constructor(inspection: Inspection, place: string) {
    this.#inspection = inspection
    this.#place = place
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#given; ) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - at)
        this.#skip -= skipped
        at += skipped
      } else at += this.#collect(chunk.subarray(at))
    }
  }

  /** Takes what the header still wants; how much that was. */
  #collect(bytes: Buffer): number {
    const wanted = this.#header.length < SHORTEST ? SHORTEST : this.#wanted()
    const taken = bytes.subarray(0, wanted - this.#header.length)
    this.#header = Buffer.concat([this.#header, taken])
    if (this.#header.length >= SHORTEST && this.#header.length >= this.#wanted()) this.#judge()
    return taken.length
  }

  #wanted(): number {
    return Math.max(SHORTEST, Math.min(LONGEST, this.#header.readUInt16LE(5)))
  }

  #judge(): void {
    const header = this.#header
    this.#header = Buffer.alloc(0)
    const [type, flags, size] = [header[2], header.readUInt16LE(3), header.readUInt16LE(5)]
    // RAR 5 has other headers and bsdtar refuses what is encrypted there; so does it what makes no sense.
    if ((this.#isFirst && !header.equals(MARK)) || size < SHORTEST) this.#given = true
    else if (!this.#isFirst) this.#skip = size - header.length + dataLength(header, flags)
    this.#isFirst = false
    if (this.#given) return
    const why = type === MAIN ? mainProblem(flags) : type === FILE ? fileProblem(flags) : null
    if (why !== null) this.#inspection.abandon(new GateProblem('not_inspectable', this.#place, why), this.#place)
  }
}

function dataLength(header: Buffer, flags: number): number {
  const hasLength = header[2] === FILE || (flags & HAS_DATA) !== 0
  if (!hasLength || header.length < 11) return 0
  const high =
    header[2] === FILE && (flags & FILE_LARGE) !== 0 && header.length === LONGEST ? header.readUInt32LE(32) : 0
  return header.readUInt32LE(7) + high * 2 ** 32
}

const SPLIT = 'one part of a split archive'
const mainProblem = (flags: number): string | null =>
  (flags & MAIN_ENCRYPTED) !== 0 ? 'encrypted' : (flags & MAIN_VOLUME) !== 0 ? SPLIT : null
const fileProblem = (flags: number): string | null =>
  (flags & FILE_ENCRYPTED) !== 0 ? 'encrypted' : (flags & FILE_SPLIT) !== 0 ? SPLIT : null
