import type { IncomingMessage } from 'node:http'
import { AppError } from '#shared/domain/errors.ts'

// The grammar of RFC 9651 §3, as far as these fields need it: items, and dictionaries whose other members are stepped over.
const KEY = '[a-z*][a-z0-9_\\-.*]*'
const INTEGER = '-?\\d{1,15}'
const STRING = '"(?:[ !#-[\\]-~]|\\\\["\\\\])*"'
const BYTES = ':[A-Za-z0-9+/]*={0,2}:'
const BARE = [
  '-?\\d{1,12}\\.\\d{1,3}',
  `@?${INTEGER}`,
  STRING,
  BYTES,
  '\\?[01]',
  '%"(?:[ !#-$&-~]|%[0-9a-f]{2})*"',
  "[A-Za-z*][!#$%&'*+\\-.^_`|~0-9A-Za-z:/]*",
].join('|')
const PARAMETERS = `(?:; *${KEY}(?:=(?:${BARE}))?)*`
const ITEM = `(?:${BARE})${PARAMETERS}`
const INNER_LIST = `\\( *(?:${ITEM}(?: +${ITEM})* *)?\\)${PARAMETERS}`
const MEMBER = new RegExp(
  `(?<key>${KEY})(?:=(?:(?<bytes>${BYTES})${PARAMETERS}(?=[ \\t,]|$)|(?:${INNER_LIST}|${ITEM}))|${PARAMETERS})`,
  'y',
)
const SEPARATOR = /[ \t]*,[ \t]*(?=.)/y
const INTEGER_ITEM = new RegExp(`^ *(${INTEGER})${PARAMETERS} *$`)
const BOOLEAN_ITEM = new RegExp(`^ *\\?([01])${PARAMETERS} *$`)

const malformed = (name: string, what: string) =>
  new AppError('invalid', 'bad_structured_field', `Cannot read ${name}: it must be ${what} (RFC 9651)`)

const textOf = ({ headers }: IncomingMessage, name: string): string | undefined => {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : value
}

/** A non-negative Integer item, or undefined where the field is absent; throws `invalid` for anything else. */
export function integerItem(req: IncomingMessage, name: string): number | undefined {
  const text = textOf(req, name)
  if (text === undefined) return undefined
  const value = Number(INTEGER_ITEM.exec(text)?.[1] ?? Number.NaN)
  if (value >= 0) return value
  throw malformed(name, 'one whole number, 0 or more')
}

/** A Boolean item, or undefined where the field is absent; throws `invalid` for anything else. */
export function booleanItem(req: IncomingMessage, name: string): boolean | undefined {
  const text = textOf(req, name)
  if (text === undefined) return undefined
  const digit = BOOLEAN_ITEM.exec(text)?.[1]
  if (digit === undefined) throw malformed(name, '?1 or ?0')
  return digit === '1'
}

/** The members of a Dictionary whose value is a Byte Sequence; other members are undefined. Throws `invalid` for what is no dictionary. */
export function byteSequences(req: IncomingMessage, name: string): ReadonlyMap<string, Buffer | undefined> {
  const text = textOf(req, name)?.replace(/^ +| +$/g, '') ?? ''
  const members = new Map<string, Buffer | undefined>()
  for (let at = 0; at < text.length; ) {
    const member = matchAt(MEMBER, text, at)
    if (member === null) throw malformed(name, 'a dictionary such as sha-256=:<Base64>:')
    at += member[0].length
    const bytes = member.groups?.bytes
    members.set(member.groups?.key ?? '', bytes === undefined ? undefined : Buffer.from(bytes.slice(1, -1), 'base64'))
    if (at === text.length) break
    const separator = matchAt(SEPARATOR, text, at)
    if (separator === null) throw malformed(name, 'a dictionary such as sha-256=:<Base64>:')
    at += separator[0].length
  }
  return members
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** RFC 9651 §3.3.1: an Integer has 15 digits at most. */
const MOST = 999_999_999_999_999

/** A Dictionary of Integers; members that are undefined are left out. */
export const integerDictionary = (members: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(members)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${Math.min(Math.floor(value), MOST)}`]))
    .join(', ')

export const booleanText = (value: boolean): string => (value ? '?1' : '?0')
