import { isEncrypted } from '#shared/domain/finding-kinds.ts'
import type { Severity } from '#shared/domain/findings.ts'
import { LIMITS } from '#shared/domain/limits.ts'
import { ENCRYPTED } from '#shared/domain/policy.ts'
import type { Finding } from '#shared/domain/verdict.ts'
import { formatCount } from './format-figures.ts'

type Dropped = { readonly code: Finding['code']; readonly more: string; count: number }

/**
 * What was found, so many of each severity and at least one of each kind. Of what is dropped one line for each kind says how
 * many there were; it is of the same kind, so that a policy weighs it like the others.
 */
export class FindingList {
  readonly #kept: Finding[] = []
  readonly #seen = new Set<string>()
  readonly #counts = new Map<Severity, number>()
  readonly #kinds = new Set<string>()
  readonly #dropped = new Map<string, Dropped>()

  add(finding: Finding, severity: Severity): void {
    const key = `${finding.code}\0${finding.place}\0${finding.detail}`
    if (this.#seen.has(key)) return
    const kind = isEncrypted(finding) ? ENCRYPTED : finding.code
    const count = this.#counts.get(severity) ?? 0
    if (count >= LIMITS.findings && this.#kinds.has(kind)) {
      this.#drop(finding, kind)
      return
    }
    this.#seen.add(key)
    this.#kinds.add(kind)
    this.#counts.set(severity, count + 1)
    this.#kept.push(finding)
  }

  #drop({ code }: Finding, kind: string): void {
    const dropped = this.#dropped.get(kind) ?? {
      code,
      more: kind === ENCRYPTED ? 'encrypted' : 'of this kind',
      count: 0,
    }
    dropped.count++
    this.#dropped.set(kind, dropped)
  }

  get all(): readonly Finding[] {
    const more = [...this.#dropped.values()].map(({ code, more, count }) => ({
      code,
      place: '',
      detail: `and ${formatCount(count)} more ${more}`,
    }))
    return [...this.#kept, ...more]
  }
}
