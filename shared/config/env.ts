import { readFileSync } from 'node:fs'
import { likelyMisspelling } from './known-names.ts'

export type Env = Readonly<Record<string, string | undefined>>

/** Every problem of a configuration at once; no value is repeated, since it may be a secret. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      `Cannot start: ${problems.length} configuration problem${problems.length === 1 ? '' : 's'}\n- ${problems.join('\n- ')}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

type IntRule = { min: number; max: number; fallback: number }

/** Reads typed values from the environment, each also from the file `<NAME>_FILE` names, and collects what is wrong. */
export class EnvReader {
  readonly #env: Env
  readonly #problems: string[] = []
  readonly #unreadable = new Set<string>()

  constructor(env: Env) {
    this.#env = env
  }

  /** A value as text, or undefined where it is absent or empty. */
  raw(name: string): string | undefined {
    const direct = this.#env[name]
    const file = this.#env[`${name}_FILE`]
    if (file === undefined || file === '') return direct === '' ? undefined : direct
    if (direct !== undefined && direct !== '') {
      this.#unreadable.add(name)
      this.problem(`${name} and ${name}_FILE are both set: keep one of them`)
      return undefined
    }
    try {
      const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
      return text === '' ? undefined : text
    } catch (error) {
      this.#unreadable.add(name)
      this.problem(
        `${name}_FILE cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}): it must name a readable file`,
      )
      return undefined
    }
  }

  /** Whether it is set in a way that has been told as a problem already. */
  isUnreadable(name: string): boolean {
    return this.#unreadable.has(name)
  }

  text(name: string, fallback: string): string {
    return this.raw(name) ?? fallback
  }

  required(name: string, what: string): string {
    const value = this.raw(name)
    if (value === undefined && !this.isUnreadable(name)) this.problem(`${name} is missing: set it to ${what}`)
    return value ?? ''
  }

  int(name: string, { min, max, fallback }: IntRule): number {
    const value = this.raw(name)
    if (value === undefined) return fallback
    const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN
    if (number >= min && number <= max) return number
    this.problem(`${name} must be a whole number from ${min} to ${max}`)
    return fallback
  }

  /** A size in bytes: a whole number, or one with a unit such as `100GiB`, `500MB`, `1T`. */
  bytes(name: string, { min, max, fallback }: IntRule): number {
    const value = this.raw(name)
    if (value === undefined) return fallback
    const match = /^(\d{1,16}(?:\.\d{1,3})?)\s*([KMGTP]?)(i?)B?$/i.exec(value)
    const power = ' KMGTP'.indexOf((match?.[2] || ' ').toUpperCase())
    const size = match === null ? Number.NaN : Math.floor(Number(match[1]) * (match[3] === '' ? 1000 : 1024) ** power)
    if (size >= min && size <= max) return size
    this.problem(`${name} must be a size from ${min} to ${max} bytes, such as 1073741824, 1GiB or 500MB`)
    return fallback
  }

  choice<const Value extends string>(name: string, values: readonly Value[], fallback: Value): Value {
    const value = this.raw(name)
    if (value === undefined) return fallback
    const known = values.find((candidate) => candidate === value)
    if (known === undefined) this.problem(`${name} must be one of ${values.join(', ')}`)
    return known ?? fallback
  }

  flag(name: string, fallback: boolean): boolean {
    return this.choice(name, ['true', 'false', '1', '0'], fallback ? 'true' : 'false').match(/^(true|1)$/) !== null
  }

  list(name: string, fallback: readonly string[]): readonly string[] {
    const value = this.raw(name)
    if (value === undefined) return fallback
    return value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
  }

  url(name: string, schemes: readonly string[], fallback: string): string {
    const value = this.raw(name)
    if (value === undefined) return fallback
    if (URL.canParse(value) && schemes.includes(new URL(value).protocol)) return value
    this.problem(`${name} must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`)
    return fallback
  }

  problem(text: string): void {
    this.#problems.push(text)
  }

  /** Variables that look like misspelt ones of ours: told, not refused, since the environment holds others' too. */
  warnings(): string[] {
    return Object.keys(this.#env).flatMap((name) => {
      const meant = likelyMisspelling(name)
      return meant === undefined ? [] : [`${name} is not known; ${meant} is meant, perhaps`]
    })
  }

  /** Throws {@link ConfigError} with every problem found so far. */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems)
  }
}
