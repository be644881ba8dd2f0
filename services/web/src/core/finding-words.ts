import { adviceOf } from '#shared/domain/finding-kinds.ts'
import { FINDINGS } from '#shared/domain/findings.ts'
import type { Finding } from '#shared/domain/verdict.ts'
import type { Language } from './words.ts'

export type FindingWords = {
  readonly title: string
  readonly place: string
  readonly detail: string
  readonly advice: string
}

/** A finding in words; a code that is newer than this page is shown as it is. */
export function findingWords({ code, place, detail }: Finding, language: Language): FindingWords {
  const known = Object.hasOwn(FINDINGS, code) ? FINDINGS[code] : undefined
  if (known === undefined) return { title: code, place, detail, advice: '' }
  const { advice, adviceKo } = adviceOf({ code, detail })
  return { title: known[language], place, detail, advice: language === 'ko' ? adviceKo : advice }
}
