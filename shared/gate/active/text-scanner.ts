import { LIMITS, MIB } from '#shared/domain/limits.ts'
import { Anchors } from './anchors.ts'
import { BlockComments, isCommentedOut } from './block-comments.ts'
import { countLines } from './line-count.ts'
import { NeedleSearch } from './needle-search.ts'
import { BEHIND, type Region, RegionScanner } from './region-scanner.ts'
import type { Dialect, Hit, Rule } from './rule.ts'

const CONTEXT = 2048
/** In front of the first line it makes it a line like any other, and its number 1. */
const BREAK = Buffer.from('\n')

/** Counting lines costs more than all the rest: behind so many bytes a place is given in bytes. */
export const LINES_COUNTED = 16 * MIB

type Entry = { readonly needle: string; readonly rule: Rule; readonly dialect: Dialect }
export type Report = (place: string, detail: string) => void

/** The words of a set of dialects, made ready once. */
export class Vocabulary {
  readonly entries: readonly Entry[]
  readonly search: NeedleSearch
  readonly blockComments: boolean
  /** Null where one of the dialects needs every byte looked at. */
  readonly anchors: Anchors | null

  constructor(dialects: readonly Dialect[]) {
    this.entries = dialects.flatMap((dialect) =>
      dialect.rules.flatMap((rule) => rule.needles.map((needle) => ({ needle, rule, dialect }))),
    )
    this.search = new NeedleSearch(this.entries.map(({ needle }) => needle))
    this.blockComments = dialects.some((dialect) => dialect.blockComments)
    const hasAll = dialects.every(({ anchors }) => anchors.length > 0)
    this.anchors = hasAll ? new Anchors([...new Set(dialects.flatMap(({ anchors }) => anchors))]) : null
  }
}

/** Finds instructions in text that comes by once; memory stays at a few kB whatever the file's length. */
export class TextScanner {
  readonly #vocabulary: Vocabulary
  readonly #report: Report
  readonly #regions: RegionScanner
  readonly #comments: BlockComments | null
  #begun = false
  #lines = 0
  #found = 0

  constructor(vocabulary: Vocabulary, report: Report) {
    this.#vocabulary = vocabulary
    this.#report = report
    this.#comments = vocabulary.blockComments ? new BlockComments() : null
    this.#regions = new RegionScanner((region) => this.#visit(region))
  }

  push(chunk: Buffer): void {
    if (this.#isDone) return
    if (!this.#begun) this.#regions.push(BREAK)
    this.#begun = true
    this.#regions.push(chunk)
  }

  whole(bytes: Buffer): void {
    this.#regions.whole(Buffer.concat([BREAK, bytes]))
  }

  end(): void {
    if (!this.#isDone) this.#regions.end()
  }

  get #isDone(): boolean {
    return this.#found >= LIMITS.findings
  }

  #visit(region: Region): void {
    if (this.#isDone) return
    const { bytes, from, to } = region
    this.#comments?.enter(region)
    const counter = new LineCounter(region, this.#lines)
    const search = (start: number, end: number) => this.#search(bytes, start, end, counter)
    if (this.#vocabulary.anchors === null) search(from, to)
    else this.#vocabulary.anchors.each(bytes, from, to, search)
    this.#lines = counter.at(to) ?? this.#lines
    this.#comments?.leave(region)
  }

  /** Whether to stop. */
  #search(bytes: Buffer, from: number, to: number, counter: LineCounter): boolean {
    this.#vocabulary.search.each(bytes, from, to, (at, index) => {
      const detail = this.#judge(bytes, at, index)
      if (detail === null) return false
      const start = at + leadingBreak((this.#vocabulary.entries[index] as Entry).needle)
      return this.#tell(counter.placeOf(start), detail)
    })
    return this.#isDone
  }

  #judge(bytes: Buffer, at: number, index: number): string | null {
    const { needle, rule, dialect } = this.#vocabulary.entries[index] as Entry
    const hit = new HitInBytes(bytes, at + leadingBreak(needle))
    if (dialect.lineComment !== null && isCommentedOut(hit.lead, dialect.lineComment)) return null
    const detail = rule.judge(hit)
    return detail === null || (dialect.blockComments && this.#comments?.contains(at) === true) ? null : detail
  }

  /** Whether to stop: a file made of such instructions is described well enough by the first ones. */
  #tell(place: string, detail: string): boolean {
    this.#found++
    const last = this.#found === LIMITS.findings
    this.#report(place, last ? `${detail}; the search ended here` : detail)
    return last
  }
}

/** Counts lines through one region, in the order of the questions. */
class LineCounter {
  readonly #region: Region
  #lines: number
  #counted: number
  constructor(region: Region, lines: number) {
    this.#region = region
    this.#lines = lines
    this.#counted = region.from
  }

  /** Line ends up to a byte; null behind the part of the content whose lines are counted. */
  at(at: number): number | null {
    if (this.#region.position > LINES_COUNTED) return null
    this.#lines += countLines(this.#region.bytes, this.#counted, at)
    this.#counted = at
    return this.#lines
  }

  placeOf(at: number): string {
    const line = this.at(at)
    // The line break in front of the content is none of its bytes.
    return line === null ? ` (byte ${this.#region.position + at - this.#region.from - 1})` : `:${line}`
  }
}

const leadingBreak = (needle: string): number => (needle.startsWith('\n') ? 1 : 0)

/** Its texts are made when they are asked for: most words found are in comments or in the wrong place of a line. */
class HitInBytes implements Hit {
  readonly #bytes: Buffer
  readonly #at: number
  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.#at = at
  }
  get before(): string {
    return this.#bytes.toString('latin1', Math.max(0, this.#at - BEHIND), this.#at)
  }
  get lead(): string {
    const from = Math.max(0, this.#at - BEHIND)
    const start = from + this.#bytes.subarray(from, this.#at).lastIndexOf(10) + 1
    return this.#bytes.toString('latin1', start, this.#at)
  }
  get after(): string {
    return this.#bytes.toString('latin1', this.#at, this.#at + CONTEXT)
  }
}
