/** As much of JSON Schema 2020-12 as the policy's schema uses; a keyword it does not know is an error. */
type Schema = Readonly<Record<string, unknown>>

const IGNORED = new Set(['$schema', 'title', 'description'])

type Check = (value: unknown, rule: never, schema: Schema) => boolean

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const TYPES: Record<string, (value: unknown) => boolean> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
}

const CHECKS: Record<string, Check> = {
  type: (value, type: string) => TYPES[type]?.(value) === true,
  enum: (value, values: unknown[]) => values.includes(value),
  minimum: (value, least: number) => typeof value !== 'number' || value >= least,
  maximum: (value, most: number) => typeof value !== 'number' || value <= most,
  pattern: (value, pattern: string) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  items: (value, schema: Schema) => !Array.isArray(value) || value.every((item) => isValid(item, schema)),
  uniqueItems: (value) => !Array.isArray(value) || new Set(value).size === value.length,
  properties: (value, properties: Record<string, Schema>) =>
    !isObject(value) ||
    Object.entries(properties).every(([key, schema]) => !Object.hasOwn(value, key) || isValid(value[key], schema)),
  propertyNames: (value, schema: Schema) => !isObject(value) || Object.keys(value).every((key) => isValid(key, schema)),
  additionalProperties: (value, rule: false | Schema, { properties = {} }) => {
    const others = isObject(value) ? Object.keys(value).filter((key) => !Object.hasOwn(properties as object, key)) : []
    return others.every((key) => rule !== false && isValid((value as Record<string, unknown>)[key], rule))
  },
}

export const isValid = (value: unknown, schema: Schema): boolean =>
  Object.entries(schema)
    .filter(([keyword]) => !IGNORED.has(keyword))
    .every(([keyword, rule]) => {
      const check = CHECKS[keyword]
      if (check === undefined) throw new Error(`the schema uses ${keyword}, which this validator does not know`)
      return check(value, rule as never, schema)
    })
