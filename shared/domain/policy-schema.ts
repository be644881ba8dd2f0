import { ABOVE_LIMIT, NATIVE_KINDS, SEVERITY_KEYS } from './policy.ts'
import {
  ANTIVIRUS_MAX_BYTES,
  BUDGET_RULES,
  GROUP_PATTERN,
  type IntegerRule,
  SEVERITIES,
  VERSION_PATTERN,
} from './policy-rules.ts'

const integer = ({ min, max, what }: IntegerRule) => ({
  type: 'integer',
  minimum: min,
  maximum: max,
  description: what,
})
const object = (properties: object) => ({ type: 'object', additionalProperties: false, properties })

const rules = {
  severities: {
    description: 'What a finding means: reason for quarantine, warning, note, or nothing.',
    ...object(Object.fromEntries(SEVERITY_KEYS.map((key) => [key, { enum: [...SEVERITIES] }]))),
  },
  budgets: {
    description: 'What one scan may use.',
    ...object(Object.fromEntries(Object.entries(BUDGET_RULES).map(([name, rule]) => [name, integer(rule)]))),
  },
  allow_native: {
    description: 'Compiled code that may come in under its own name: shared libraries (so), object files (o).',
    type: 'array',
    uniqueItems: true,
    items: { enum: [...NATIVE_KINDS] },
  },
  antivirus: object({
    max_bytes: integer(ANTIVIRUS_MAX_BYTES),
    above_limit: { enum: [...ABOVE_LIMIT], description: 'What it means that a file is too large for the engine.' },
  }),
}

/** The JSON Schema of a policy file, made from the same tables as its parser; infra/policy holds it as a file. */
export const policySchema = () => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Airlock policy',
  ...object({
    $schema: { type: 'string' },
    version: { type: 'string', pattern: VERSION_PATTERN, description: 'Stands in every verdict.' },
    ...rules,
    groups: {
      description: 'Laid over the rules for all: the first group, in this order, that the owner of the file is in.',
      type: 'object',
      propertyNames: { pattern: GROUP_PATTERN },
      additionalProperties: object(rules),
    },
  }),
})
