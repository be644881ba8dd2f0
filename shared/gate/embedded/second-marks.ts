import type { Region } from '../active/region-scanner.ts'
import type { Signature } from './signatures.ts'

const MOST = 256

type Awaited = { readonly signature: Signature; readonly start: number; readonly at: number }

/** Archives whose mark is too short to be believed once: it must stand again where their first member ends. */
export class SecondMarks {
  readonly #onFound: (name: string, at: number) => void
  #awaited: Awaited[] = []

  constructor(onFound: (name: string, at: number) => void) {
    this.#onFound = onFound
  }

  get areAwaited(): boolean {
    return this.#awaited.length > 0
  }

  /** `at` counts from the start of the content, as `start` does. More than can be kept in mind are no chance. */
  await(signature: Signature, start: number, at: number): void {
    if (this.#awaited.length >= MOST) this.#onFound(signature.name, start)
    else this.#awaited.push({ signature, start, at })
  }

  visit({ bytes, from, to, position }: Region): void {
    const end = position + to - from
    const due = this.#awaited.filter(({ at }) => at < end)
    if (due.length === 0) return
    this.#awaited = this.#awaited.filter(({ at }) => at >= end)
    for (const { signature, start, at } of due) {
      const place = from + at - position
      const { needle } = signature
      if (bytes.subarray(place, place + needle.length).equals(needle)) this.#onFound(signature.name, start)
    }
  }
}
