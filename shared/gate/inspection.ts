import type { FindingCode } from '#shared/domain/findings.ts'
import { KIB, LIMITS } from '#shared/domain/limits.ts'
import { type Budgets, type Policy, scanDeadlineMs } from '#shared/domain/policy.ts'
import { type Coverage, type Finding, severityOfFinding } from '#shared/domain/verdict.ts'
import { type Decoders, NO_DECODERS } from './decoders/decoders.ts'
import { FindingList } from './finding-list.ts'
import { formatBytes, formatCount } from './format-figures.ts'
import { BudgetSpent, GateProblem, StopJudging } from './problem.ts'
import { showText } from './show-text.ts'

/** Of the wall clock of a scan: decoders end before it does, so that slow content gets a verdict and not another attempt. */
const DECODER_SHARE = 5 / 6

const UNFORESEEN_SHARE = 1 / 8

/** Looks into streams inside other content: 30 ms each where a child is started, and else a two-hundredth, which sums up over 20,000 members. */
const MOST_LOOKS = 150
const BY_CHILD = 1
const IN_PROCESS = 1 / 200
/** Looks that gave data are work that the content is worth: besides those, one for each 16 KiB of the upload. */
const BYTES_PER_FRUITFUL_LOOK = 16 * KIB
const MOST_FRUITFUL = 2000

/** The state of one judging: what was found, what was looked at, and what is left of the budgets over all layers. */
export class Inspection {
  readonly policy: Policy
  readonly decoders: Decoders
  #decodersEnd: number
  readonly #size: number
  readonly #allowedBytes: number
  readonly #findings = new FindingList()
  readonly #engines = new Set<string>()
  readonly #limits = new Set<string>()
  readonly #notInspected = new Set<string>()
  #stage = 'start'
  #spooled = 0
  /** What the uploaded file itself is, as soon as that is known. */
  detectedType: string | null = null
  #decoded = 0
  #decodedSlowly = 0
  /** The same, weighted by how slow the decoder is. */
  #slowness = 0
  /** Of bzip2 that cannot be looked ahead in: bytes that went in, and that came out. */
  #unforeseen = { given: 0, decoded: 0 }
  #entries = 0
  #depth = 0
  #looks = 0
  #fruitful = 0
  #frames = 0

  constructor(policy: Policy, size: number, decoders: Decoders = NO_DECODERS) {
    this.policy = policy
    this.decoders = decoders
    this.#decodersEnd = performance.now() + DECODER_SHARE * scanDeadlineMs(policy.budgets, size)
    this.#size = size
    const { ratioFreeBytes, maxRatio, maxExpandedBytes } = policy.budgets
    this.#allowedBytes = Math.min(maxExpandedBytes, Math.max(ratioFreeBytes, maxRatio * size))
  }

  /** For a look into some bytes whose findings are no member's; its time is that of this scan. */
  aside(size: number): Inspection {
    const other = new Inspection(this.policy, size, this.decoders)
    other.#decodersEnd = Math.min(other.#decodersEnd, this.#decodersEnd)
    return other
  }

  get budgets(): Budgets {
    return this.policy.budgets
  }
  get stage(): string {
    return this.#stage
  }
  get entries(): number {
    return this.#entries
  }
  get findings(): readonly Finding[] {
    return this.#findings.all
  }

  /** Records a finding; one that means quarantine under the policy ends the judging. */
  report(code: FindingCode, place: string, detail: string): void {
    const finding = { code, place: showText(place), detail: showText(detail) }
    const severity = severityOfFinding(finding, this.policy)
    this.#findings.add(finding, severity)
    if (severity === 'quarantine') throw new StopJudging(code)
  }

  /** Records why some content was left; the caller goes on behind it, if the policy lets it go on at all. */
  abandon(problem: GateProblem, place: string): void {
    this.leave(place)
    this.report(problem.code, problem.place, problem.message)
    if (problem instanceof BudgetSpent) throw problem
  }

  leave(place: string): void {
    if (this.#notInspected.size < LIMITS.findings) this.#notInspected.add(showText(place))
  }

  engine(name: string, stage = name): void {
    this.#engines.add(name)
    this.#stage = stage
  }

  limitHit(name: keyof Budgets): void {
    this.#limits.add(name)
  }

  /** Counts decoded bytes; `declare` asks beforehand whether a declared amount would still fit. */
  expand(bytes: number, place: string): void {
    this.#decoded += bytes
    if (this.#decoded > this.#allowedBytes) this.#tooLarge(this.#decoded, place)
  }

  declare(bytes: number, place: string): void {
    if (this.#decoded + bytes > this.#allowedBytes) this.#tooLarge(this.#decoded + bytes, place)
  }

  /** The same for what comes out of slow decoders; it is counted in both. */
  expandSlowly(bytes: number, place: string, weight: number): void {
    this.#decodedSlowly += bytes
    this.#slowness += bytes * weight
    this.declareSlowly(0, place, weight)
  }

  declareSlowly(bytes: number, place: string, weight = 1): void {
    const all = this.#decodedSlowly + bytes
    const { slowRatioFreeBytes, maxRatio } = this.budgets
    if (this.#slowness + bytes * weight <= slowRatioFreeBytes || all <= maxRatio * this.#size) return
    this.#tooLarge(all, place, Math.round(slowRatioFreeBytes / weight))
  }

  /** From here on the ratio counts for what comes out of slow decoders. */
  get isSlowFreeUsed(): boolean {
    return this.#slowness > this.budgets.slowRatioFreeBytes
  }

  /** The same as `declareSlowly` for bytes that nobody declared, but that must be expected. */
  forecastSlowly(bytes: number, place: string, weight: number): void {
    const all = this.#decodedSlowly + bytes
    const { slowRatioFreeBytes, maxRatio } = this.budgets
    if (!this.isSlowFreeUsed || all <= maxRatio * this.#size) return
    this.#tooLarge(all, place, Math.round(slowRatioFreeBytes / weight), 'would expand to about')
  }

  /**
   * For what comes out of a slow decoder where nothing can be foretold: what was read so far stands for all. A beginning may
   * hold more than that, up to an eighth of what the whole upload might.
   */
  expandUnforeseen(given: number, decoded: number, place: string): void {
    const sum = this.#unforeseen
    sum.given += given
    sum.decoded += decoded
    const { maxRatio } = this.budgets
    if (!this.isSlowFreeUsed || sum.decoded <= maxRatio * (sum.given + UNFORESEEN_SHARE * this.#size)) return
    this.limitHit('maxRatio')
    const detail = `${formatBytes(sum.decoded)} came out of ${formatBytes(sum.given)} inside another codec; the limit is ${maxRatio} times`
    throw new BudgetSpent('archive_bomb', place, detail)
  }

  #tooLarge(bytes: number, place: string, free = this.budgets.ratioFreeBytes, verb = 'expands to'): never {
    const { maxExpandedBytes, maxRatio } = this.budgets
    this.limitHit(bytes > maxExpandedBytes ? 'maxExpandedBytes' : 'maxRatio')
    const ratio = formatCount(Math.round(bytes / Math.max(1, this.#size)))
    const limit =
      bytes > maxExpandedBytes
        ? `the limit is ${formatBytes(maxExpandedBytes)}`
        : `the limit is ${maxRatio} times above ${formatBytes(free)}`
    throw new BudgetSpent('archive_bomb', place, `${verb} ${formatBytes(bytes)}, ${ratio} times its size; ${limit}`)
  }

  declareEntries(count: number, place: string): void {
    if (this.#entries + count > this.budgets.maxEntries) this.#tooMany(this.#entries + count, place)
  }

  addEntry(place: string): void {
    this.#entries++
    if (this.#entries > this.budgets.maxEntries) this.#tooMany(this.#entries, place)
  }

  #tooMany(count: number, place: string): never {
    this.limitHit('maxEntries')
    const limit = formatCount(this.budgets.maxEntries)
    throw new BudgetSpent('archive_bomb', place, `${formatCount(count)} members; the limit is ${limit} in all layers`)
  }

  /**
   * Counts frames of compressed streams: each costs time, even if it holds nothing. Half as many as members may be there, and
   * as many as block-wise writers make: one for each 256 bytes of the upload, and for each 16 KiB that comes out.
   */
  addFrame(place: string): void {
    this.#frames++
    const { maxEntries } = this.budgets
    const most = maxEntries / 2 + Math.floor(this.#size / 256) + Math.floor(this.#decoded / (16 * 1024))
    if (this.#frames <= most) return
    this.limitHit('maxEntries')
    const detail = `${formatCount(this.#frames)} compressed frames; the limit is ${formatCount(most)} for what they hold`
    throw new BudgetSpent('archive_bomb', place, detail)
  }

  /** Counts what lies in spools at this moment; give a negative figure back when one is closed. */
  spool(bytes: number, place: string): void {
    this.#spooled += bytes
    if (this.#spooled <= this.budgets.maxSpoolBytes) return
    this.limitHit('maxSpoolBytes')
    const limit = formatBytes(this.budgets.maxSpoolBytes)
    throw new GateProblem('not_inspectable', place, `a nested archive that needs more than ${limit} of room`)
  }

  /** Counts a look aside. */
  addLook(place: string, isByChild: boolean): void {
    this.#looks += isByChild ? BY_CHILD : IN_PROCESS
    this.decoderSeconds(place)
    if (this.#looks <= MOST_LOOKS) return
    const detail = 'too many compressed streams inside other content, in all layers'
    throw new BudgetSpent('not_inspectable', place, detail)
  }

  /** Tells of the last look that it gave data: what blocks of data cost is no sign of a file that only keeps a scan busy. */
  lookGaveData(isByChild: boolean): void {
    if (!isByChild || this.#fruitful >= Math.min(MOST_FRUITFUL, this.#size / BYTES_PER_FRUITFUL_LOOK)) return
    this.#fruitful++
    this.#looks -= BY_CHILD
  }

  /** What is left for a decoder that starts now. */
  decoderSeconds(place: string): number {
    const left = this.#decodersEnd - performance.now()
    if (left > 0) return Math.ceil(left / 1000)
    this.limitHit('wallClockBaseMs')
    throw new BudgetSpent('not_inspectable', place, 'takes too long to decode')
  }

  enterLayer(layer: number, place: string): void {
    if (layer > this.budgets.maxDepth) {
      this.limitHit('maxDepth')
      throw new BudgetSpent('archive_bomb', place, `nested ${layer} deep; the limit is ${this.budgets.maxDepth}`)
    }
    this.#depth = Math.max(this.#depth, layer)
  }

  coverage(bytesRead: number): Coverage {
    return {
      bytes_total: this.#size,
      bytes_read: bytesRead,
      bytes_decoded: this.#decoded,
      entries: this.#entries,
      depth: this.#depth,
      engines: [...this.#engines],
      limits_hit: [...this.#limits],
      not_inspected: [...this.#notInspected],
    }
  }
}
