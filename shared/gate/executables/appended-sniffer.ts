import { newerHeader } from './dos-header.ts'
import { executableAtStart } from './signatures.ts'

/** Where a format says that it ends: behind a mark, as often as it comes, or at an offset. */
export type End = { readonly mark: Buffer } | { readonly at: number }

type Watch = { start: number; at: number; readonly bytes: Buffer; filled: number }

/** So far behind an end a program may begin; a mark may come by chance, so it is judged strictly. */
const REACH = 512
/** It is judged by so many bytes. */
const HEAD = 64
/** Where marks come in a row, all behind them is looked at, in pieces of this size. */
const MOST = 16 * 1024
/** Starts that may wait for their newer header at the same time; the oldest is given up. */
const MOST_WATCHES = 32
const PADDING = new Set([0, 9, 10, 13, 32])

/** Archives whose signature is long enough not to come by chance; zip is found from the end. */
const ARCHIVES: readonly (readonly [hex: string, name: string])[] = [
  ['377abcaf271c', '7-Zip archive'],
  ['526172211a07', 'RAR archive'],
  ['fd377a585a00', 'xz'],
  ['4d53434600000000', 'Windows cabinet'],
]

/** First bytes of both: the rest is passed over at once. */
const BEGINNINGS: ReadonlySet<number> = new Set([
  ...[0x7f, 0xca, 0xce, 0xcf, 0xfe, 0x4c, 0x64, 0xc4, 0x00, 0x42, 0xde, 0xed, 0x78],
  ...[0x4d, 0x37, 0x52, 0xfd],
])

export type Appended = { readonly kind: 'executable' | 'archive'; readonly name: string }

/** Looks at what begins behind the end of a picture or document: a viewer stops there, and others do not. */
export class AppendedSniffer {
  readonly #end: End
  readonly #onFound: (found: Appended) => void
  #position = 0
  /** Bytes of a mark that the chunk before ended with. */
  #carry = Buffer.alloc(0)
  /** The beginning that is being collected; null while none is. */
  #head: number[] | null = null
  #wanted = 0
  #headAt = 0
  #watches: Watch[] = []

  constructor(end: End, onFound: (found: Appended) => void) {
    this.#end = end
    this.#onFound = onFound
  }

  push(chunk: Buffer): void {
    for (const watch of this.#watches) this.#fill(watch, chunk, 0, this.#position)
    const starts = 'at' in this.#end ? this.#offset(this.#end.at, chunk) : this.#marks(this.#end.mark, chunk)
    let from = 0
    for (const start of starts) {
      this.#collect(chunk, from, start)
      // A program may hold the mark too: what was begun goes on.
      this.#head ??= []
      this.#wanted = this.#head.length + REACH + HEAD
      from = start
    }
    this.#collect(chunk, from, chunk.length)
    this.#position += chunk.length
  }

  end(): void {
    if (this.#head !== null) this.#judge(Buffer.from(this.#head), Buffer.alloc(0), 0)
  }

  #offset(at: number, chunk: Buffer): number[] {
    const start = at - this.#position
    return start >= 0 && start < chunk.length ? [start] : []
  }

  /** Where marks end in this chunk. */
  #marks(mark: Buffer, chunk: Buffer): number[] {
    const starts: number[] = []
    const seam = Buffer.concat([this.#carry, chunk.subarray(0, mark.length - 1)])
    for (let at = seam.indexOf(mark); at !== -1; at = seam.indexOf(mark, at + 1)) {
      starts.push(at + mark.length - this.#carry.length)
    }
    for (let at = chunk.indexOf(mark); at !== -1; at = chunk.indexOf(mark, at + mark.length)) {
      starts.push(at + mark.length)
    }
    this.#carry = Buffer.from(Buffer.concat([this.#carry, chunk.subarray(-mark.length)]).subarray(1 - mark.length))
    return starts
  }

  #collect(chunk: Buffer, from: number, to: number): void {
    for (let i = from; this.#head !== null && i < to; i++) {
      const byte = chunk[i] as number
      if (this.#head.length === 0) {
        if (PADDING.has(byte)) continue
        this.#headAt = this.#position + i
      }
      this.#head.push(byte)
      if (this.#head.length >= Math.min(this.#wanted, MOST)) this.#judge(Buffer.from(this.#head), chunk, i + 1)
    }
  }

  /** `chunk` from `next` on is what follows the head. */
  #judge(head: Buffer, chunk: Buffer, next: number): void {
    for (let at = 0; at < head.length; at++) {
      if (BEGINNINGS.has(head[at] as number)) this.#judgeAt(head, at, chunk, next)
    }
    const goesOn = head.length < this.#wanted
    this.#head = goesOn ? [...head.subarray(-HEAD)] : null
    this.#headAt += head.length - HEAD
    this.#wanted -= head.length - HEAD
  }

  #judgeAt(head: Buffer, at: number, chunk: Buffer, next: number): void {
    const bytes = head.subarray(at, at + HEAD)
    const program = executableAtStart(bytes)
    if (program !== null) this.#onFound({ kind: 'executable', name: program })
    const archive = ARCHIVES.find(([hex]) => bytes.toString('hex', 0, hex.length / 2) === hex)?.[1]
    if (archive !== undefined) this.#onFound({ kind: 'archive', name: archive })
    if (bytes.length < HEAD || bytes.toString('latin1', 0, 2) !== 'MZ') return
    const start = this.#headAt + at
    const watch = { start, at: start + bytes.readUInt32LE(0x3c), bytes: Buffer.alloc(64), filled: 0 }
    this.#watches = [...this.#watches.slice(1 - MOST_WATCHES), watch]
    this.#fill(watch, head, at, this.#headAt)
    this.#fill(watch, chunk, next, this.#position)
  }

  #fill(watch: Watch, chunk: Buffer, from: number, position: number): void {
    const next = watch.at + watch.filled - position
    if (watch.filled === watch.bytes.length || next < from || next >= chunk.length) return
    watch.filled += chunk.copy(watch.bytes, watch.filled, next)
    const kind = newerHeader(watch.bytes.subarray(0, watch.filled))
    if (kind === null) return
    watch.filled = watch.bytes.length
    this.#onFound({ kind: 'executable', name: kind })
  }
}
