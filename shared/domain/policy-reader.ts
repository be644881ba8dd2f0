import type { IntegerRule } from './policy-rules.ts'

type Fields = Readonly<Record<string, unknown>>

/** Longest part of a key that is repeated in a problem. */
const KEY_CHARACTERS = 64

/** Reads values out of parsed JSON and collects what is wrong, each with its JSON path; values are never repeated. */
export class PolicyReader {
  readonly problems: string[] = []

  problem(path: string, text: string): void {
    this.problems.push(`${path} ${text}`)
  }

  /** The fields of an object; a key that is not among `keys` is a problem. Absent: no fields. */
  fields(value: unknown, path: string, keys: readonly string[], hint = ''): Fields {
    const fields = this.map(value, path)
    for (const key of Object.keys(fields)) {
      if (!keys.includes(key)) this.problem(at(path, key), `is not known: ${hint || `known are ${keys.join(', ')}`}`)
    }
    return fields
  }

  map(value: unknown, path: string): Fields {
    if (value === undefined) return {}
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
    this.problem(path, 'must be an object')
    return {}
  }

  integer(value: unknown, path: string, { min, max }: IntegerRule): number | undefined {
    if (value === undefined) return undefined
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number
    this.problem(path, `must be a whole number from ${min} to ${max}`)
    return undefined
  }

  choice<const Value extends string>(value: unknown, path: string, values: readonly Value[]): Value | undefined {
    if (value === undefined) return undefined
    const known = values.find((candidate) => candidate === value)
    if (known === undefined) this.problem(path, `must be one of ${values.join(', ')}`)
    return known
  }

  list<const Value extends string>(value: unknown, path: string, values: readonly Value[]): Value[] | undefined {
    if (value === undefined) return undefined
    if (!Array.isArray(value)) {
      this.problem(path, `must be a list of ${values.join(', ')}`)
      return undefined
    }
    const items = value.map((item, i) => this.choice(item ?? null, `${path}[${i}]`, values))
    if (new Set(value).size < value.length) this.problem(path, 'must not name anything twice')
    return items.filter((item) => item !== undefined)
  }

  text(value: unknown, path: string, pattern: string, what: string): string | undefined {
    if (value === undefined) return undefined
    if (typeof value === 'string' && new RegExp(pattern, 'u').test(value)) return value
    this.problem(path, `must be ${what}`)
    return undefined
  }
}

/** The JSON path of a member: `$.groups.solver` or `$.groups["solver-dev"]`. */
export function at(path: string, key: string): string {
  const short = key.length > KEY_CHARACTERS ? `${key.slice(0, KEY_CHARACTERS)}…` : key
  return /^[A-Za-z_]\w*$/.test(short) ? `${path}.${short}` : `${path}[${JSON.stringify(short)}]`
}

/** Without the keys whose value is absent: they must not cover what lies below them. */
export const present = <Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never
