import { type Hit, lineOf, quote } from './rule.ts'

/** Judges by a pattern on what begins at the needle; its first group, if any, is quoted. */
export const pattern =
  (wanted: RegExp, what: string) =>
  ({ after }: Hit): string | null => {
    const match = wanted.exec(after)
    return match === null ? null : `${what}${match[1] === undefined ? '' : ` ${quote(match[1])}`}`
  }

export const linePattern = (wanted: RegExp, what: string) => (hit: Hit) =>
  pattern(wanted, what)({ before: '', lead: '', after: lineOf(hit) })
