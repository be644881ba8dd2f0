import type { Listener } from '../io/byte-stream.ts'
import type { Detected } from '../types/detect.ts'
import { dialectsOf, RUN_BY_NAME } from './dialects.ts'
import { Hdf5Scanner } from './hdf5-scanner.ts'
import type { Dialect } from './rule.ts'
import { type Report, TextScanner, Vocabulary } from './text-scanner.ts'

/** By the ids of their dialects: there are few sets, and a case has thousands of files. */
const VOCABULARIES = new Map<string, Vocabulary>()

function vocabularyOf(dialects: readonly Dialect[]): Vocabulary | null {
  if (dialects.length === 0) return null
  const key = dialects.map(({ id }) => id).join(' ')
  const known = VOCABULARIES.get(key)
  if (known !== undefined) return known
  const made = new Vocabulary(dialects)
  VOCABULARIES.set(key, made)
  return made
}

const BY_FORMAT = new Map<string, Vocabulary | null>()

/** A known format has its dialects whatever the name is. */
function vocabularyOfFormat(type: Detected): Vocabulary | null {
  const known = BY_FORMAT.get(type.id)
  if (known !== undefined) return known
  const made = vocabularyOf(dialectsOf(type, ''))
  BY_FORMAT.set(type.id, made)
  return made
}

/**
 * Looks for code that a solver runs, or files it fetches, when it reads this content. Null where the format knows no such
 * thing: most content is not looked at. `report` gets the place behind the file's path, e.g. ":12".
 */
export function activeScanner(type: Detected, name: string, report: Report): Listener | null {
  if (type.family === 'hdf5') return new Hdf5Scanner(report)
  const vocabulary = type.known ? vocabularyOfFormat(type) : vocabularyOf(dialectsOf(type, name))
  return vocabulary === null ? null : new TextScanner(vocabulary, report)
}

/** What a name alone says; `isText` keeps binary files of such names out. */
export function activeByName(name: string, isText: boolean): string | null {
  return (isText && RUN_BY_NAME.find((entry) => entry.name.test(name))?.what) || null
}
