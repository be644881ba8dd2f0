import { KIB } from '#shared/domain/limits.ts'
import { EmbeddedSearch } from '../embedded/embedded-search.ts'
import { mayHoldStreams, programInStreams } from '../embedded/inspect-streams.ts'
import { executableIn } from '../executables/executable-sniffer.ts'
import type { Inspection } from '../inspection.ts'
import { TailKeeper } from '../io/tail-keeper.ts'
import { detect } from '../types/detect.ts'
import { Sample } from '../types/sample.ts'
import { isArchive } from './families.ts'
import { ZIP_TAIL } from './zip/end-records.ts'
import { zipsInside } from './zip/zip-inside.ts'

const HEAD = 64 * KIB
/** Less holds neither a program nor an archive; tools that work in parallel write their sizes there. */
const SMALLEST = 32

/** Bytes that a format lets its users put in, e.g. a skippable frame: every decoder leaves them out, and other tools do not. */
export class Corner {
  readonly #inspection: Inspection
  readonly #place: string
  readonly #what: string
  #head: Buffer[] = []
  #length = 0
  /** Of what is longer than a head. */
  #tail: TailKeeper | null = null
  /** For what begins behind other bytes: tools that do not know the format around it look for it. */
  readonly #search: EmbeddedSearch

  constructor(inspection: Inspection, place: string, what: string) {
    this.#inspection = inspection
    this.#place = place
    this.#what = what
    this.#search = new EmbeddedSearch('everything', [], (name) => this.#archive(name))
  }

  push(chunk: Buffer): void {
    if (this.#tail === null && this.#length + chunk.length > HEAD) {
      this.#tail = new TailKeeper(ZIP_TAIL)
      for (const part of this.#head) this.#tail.push(part)
    }
    this.#tail?.push(chunk)
    this.#search.push(chunk)
    if (this.#length < HEAD) this.#head.push(Buffer.from(chunk.subarray(0, HEAD - this.#length)))
    this.#length += chunk.length
  }

  async end(): Promise<void> {
    if (this.#length < SMALLEST) return
    const head = Buffer.concat(this.#head)
    const kind = executableIn(head)
    if (kind !== null) this.#inspection.report('executable', this.#place, `${kind} in ${this.#what}`)
    const sample = new Sample(head, this.#length)
    const { family, label } = detect(sample, '')
    if (isArchive(family)) this.#archive(label.en)
    await this.#lookFurther(sample)
    const ending = { head, tail: this.#tail?.bytes ?? head, size: this.#length, access: null }
    if ((await zipsInside(ending)).length > 0) this.#archive('zip archive')
  }

  async #lookFurther(sample: Sample): Promise<void> {
    this.#search.end()
    if (!mayHoldStreams(this.#search, sample)) return
    const inside = await programInStreams(this.#search, sample, this.#inspection, this.#place, [])
    if (inside !== null) this.#archive(inside)
  }

  #archive(name: string): void {
    this.#inspection.report('ambiguous_archive', this.#place, `${name} in ${this.#what}`)
  }
}
