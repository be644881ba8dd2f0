const WHITE = [9, 10, 11, 12, 13, 32, 0xa0]
/** Text may begin with the mark of its encoding, which no pattern sees. */
const MARKS = [0xef, 0xfe, 0xff]

/** `^` or `^\s*`, then a letter, a digit or one of a few signs that must be there; no alternatives. */
const ONE = /^\^(\\s\*)?([A-Za-z0-9#<;])(?![*?{])[^|]*$/
/** The same with words to choose from. */
const WORDS = /^\^(\\s\*)?\(\?:([A-Za-z][\w ]*(?:\|[A-Za-z][\w ]*)*)\)(?![*?{])[^|]*$/

/** The bytes that text may begin with if an anchored pattern is to fit; undefined where the pattern does not say it plainly. */
export function firstBytesOf({ source, flags }: RegExp): ReadonlySet<number> | undefined {
  if (flags !== '' && flags !== 'i') return undefined
  const [, white, choice] = ONE.exec(source) ?? WORDS.exec(source) ?? []
  if (choice === undefined) return undefined
  const letters = choice
    .split('|')
    .flatMap(([letter = '']) => (flags === 'i' ? [letter.toLowerCase(), letter.toUpperCase()] : [letter]))
  const bytes = letters.map((letter) => letter.charCodeAt(0))
  return new Set([...MARKS, ...bytes, ...(white === undefined ? [] : WHITE)])
}
