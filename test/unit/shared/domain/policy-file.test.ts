import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BadPolicy, parsePolicy } from '#shared/domain/parse-policy.ts'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { policyFileOf, sitePolicyFileOf } from '#shared/domain/policy-file.ts'
import { policySchema } from '#shared/domain/policy-schema.ts'
import { DEFAULT_SITE_POLICY, resolvePolicy } from '#shared/domain/site-policy.ts'
import { isValid } from '../../../support/json-schema.ts'
import { REPOSITORY } from '../../../support/repository.ts'

const parse = (value: unknown) => parsePolicy(JSON.stringify(value), 'by-content')
const problems = (text: string): readonly string[] => {
  try {
    parsePolicy(text, 'v')
    return []
  } catch (error) {
    if (error instanceof BadPolicy) return error.problems
    throw error
  }
}
const published = (name: string) => JSON.parse(readFileSync(join(REPOSITORY, 'infra/policy', name), 'utf8'))
/** A JSON path leads its problem; its last step names what is wrong. */
const pathsOf = (value: unknown) => problems(JSON.stringify(value)).map((problem) => problem.split(' ')[0])

test('an empty file says what the defaults say, with a version of its own', () => {
  expect(parse({})).toEqual({ base: { ...DEFAULT_POLICY, version: 'by-content' }, groups: [] })
})

test('a partial file overrides key by key', () => {
  const { base } = parse({
    version: 'site-7',
    severities: { active_content: 'warning' },
    budgets: { max_depth: 9 },
    allow_native: ['so'],
    antivirus: { above_limit: 'quarantine' },
  })
  expect(base).toEqual({
    version: 'site-7',
    severities: { active_content: 'warning' },
    budgets: { ...DEFAULT_POLICY.budgets, maxDepth: 9 },
    allowNative: ['so'],
    antivirus: { ...DEFAULT_POLICY.antivirus, aboveLimit: 'quarantine' },
  })
})

const good: [string, unknown][] = [
  ['nothing', {}],
  ['a schema', { $schema: './policy.schema.json' }],
  ['a version', { version: '2026-03-01' }],
  ['both ends of a range', { budgets: { max_depth: 1, max_entries: 10_000_000 } }],
  ['no antivirus at all', { antivirus: { max_bytes: 0, above_limit: 'ignore' } }],
  ['a group in Hangul', { groups: { '충돌 해석팀': { allow_native: [] } } }],
  ['a group named like a member of Object', { groups: { constructor: {}, ['__proto__' as string]: {} } }],
  ['the example', published('example.json')],
  ['the defaults written out', policyFileOf(DEFAULT_POLICY)],
]
const bad: [string, unknown, string[]][] = [
  ['a list', [], ['$']],
  ['null', null, ['$']],
  ['an unknown key', { severity: {} }, ['$.severity']],
  ['a version with spaces', { version: 'hunter2 x' }, ['$.version']],
  ['a version that is a number', { version: 7 }, ['$.version']],
  ['a schema that is none', { $schema: 1 }, ['$.$schema']],
  ['an unknown finding', { severities: { virus: 'note' } }, ['$.severities.virus']],
  ['an unknown severity', { severities: { script: 'fatal' } }, ['$.severities.script']],
  ['a key of two', { severities: { antivirus_skipped: 'note' } }, ['$.severities.antivirus_skipped']],
  ['a budget in words', { budgets: { max_spool_bytes: '2GiB' } }, ['$.budgets.max_spool_bytes']],
  ['a budget in camel case', { budgets: { maxDepth: 3 } }, ['$.budgets.maxDepth']],
  ['a budget below its range', { budgets: { max_depth: 0 } }, ['$.budgets.max_depth']],
  ['a budget above its range', { budgets: { max_window_bytes: 2 ** 40 } }, ['$.budgets.max_window_bytes']],
  ['a broken number', { budgets: { max_depth: 1.5 } }, ['$.budgets.max_depth']],
  ['more than clamd can read', { antivirus: { max_bytes: 2 ** 31 } }, ['$.antivirus.max_bytes']],
  ['a note above the limit', { antivirus: { above_limit: 'note' } }, ['$.antivirus.above_limit']],
  ['native code of Windows', { allow_native: ['so', 'dll'] }, ['$.allow_native[1]']],
  ['native code twice', { allow_native: ['so', 'so'] }, ['$.allow_native']],
  ['native code as a text', { allow_native: 'so' }, ['$.allow_native']],
  ['null for a list', { allow_native: null }, ['$.allow_native']],
  ['a list of groups', { groups: [] }, ['$.groups']],
  ['a group of digits, which JSON readers move', { groups: { '42': {} } }, ['$.groups["42"]']],
  ['a group without a name', { groups: { '': {} } }, ['$.groups[""]']],
  ['groups in groups', { groups: { a: { groups: {} } } }, ['$.groups.a.groups']],
  ['a version in a group', { groups: { 'a-b': { version: '1' } } }, ['$.groups["a-b"].version']],
  [
    'many things at once',
    { x: 1, budgets: { max_depth: -1 }, groups: { g: { severities: { script: true } } } },
    ['$.x', '$.budgets.max_depth', '$.groups.g.severities.script'],
  ],
]

test.each(bad)('refused, with the path of each problem: %s', (_name, value, paths) =>
  expect(pathsOf(value)).toEqual(paths),
)

describe('schema and parser are of one mind', () => {
  test('the published schema is the one of the tables; else run "node infra/policy/write-schema.ts"', () =>
    expect(published('policy.schema.json')).toEqual(policySchema()))
  test.each(good)('good: %s', (_name, value) => {
    expect(problems(JSON.stringify(value))).toEqual([])
    expect(isValid(value, policySchema())).toBe(true)
  })
  test.each(bad)('bad: %s', (_name, value) => expect(isValid(value, policySchema())).toBe(false))
})

test('no value of the file is repeated', () => {
  const text = JSON.stringify({
    version: 'hunter2 hunter2',
    severities: { script: 'hunter2' },
    allow_native: ['hunter2'],
  })
  expect(problems(text)).toHaveLength(3)
  expect(problems(text).join()).not.toContain('hunter2')
})

test.each([
  ['cut off', '{"version": "hunter2"', /^\$ is not JSON/],
  ['a comma too many', '{\n  "version": "hunter2",\n}', /^\$ is not JSON: look at line 3, column 1$/],
  ['no JSON at all', 'hunter2', /^\$ is not JSON/],
  ['empty', '', /^\$ is not JSON/],
  ['huge', ' '.repeat(300_000), /^\$ must have at most 262144 characters/],
])('a file that is %s', (_name, text, message) => {
  expect(problems(text)).toHaveLength(1)
  expect(problems(text)[0]).toMatch(message)
  expect(problems(text).join()).not.toContain('hunter2')
})

describe('groups', () => {
  const site = parse({
    version: 'v1',
    severities: { active_content: 'warning', script: 'warning' },
    budgets: { max_depth: 3, max_ratio: 9 },
    allow_native: ['o'],
    groups: {
      'solver-dev': { severities: { script: 'note' }, allow_native: ['so'] },
      crash: { budgets: { max_depth: 8 } },
    },
  })
  test('nobody’s group: the rules for all', () => {
    expect(resolvePolicy(site, [])).toBe(site.base)
    expect(resolvePolicy(site, ['other'])).toBe(site.base)
    expect(resolvePolicy(DEFAULT_SITE_POLICY, ['solver-dev'])).toBe(DEFAULT_POLICY)
  })
  test('a group is laid over them key by key; its list takes the place of theirs', () => {
    const policy = resolvePolicy(site, ['x', 'solver-dev'])
    expect(policy).toMatchObject({
      version: 'v1',
      severities: { active_content: 'warning', script: 'note' },
      budgets: { maxDepth: 3, maxRatio: 9, maxEntries: 100_000 },
      allowNative: ['so'],
    })
  })
  test('the first of the file wins, whatever the order of the owner’s, and only that one', () => {
    const policy = resolvePolicy(site, ['crash', 'solver-dev'])
    expect(policy).toMatchObject({ allowNative: ['so'], budgets: { maxDepth: 3 } })
    expect(resolvePolicy(site, ['crash'])).toMatchObject({ allowNative: ['o'], budgets: { maxDepth: 8 } })
  })
})

test('what is shown is a policy file that says the same', () => {
  const site = parse(published('example.json'))
  const again = parse(sitePolicyFileOf(site))
  for (const groups of [[], ['solver-dev'], ['crash-team']]) {
    const [a, b] = [resolvePolicy(site, groups), resolvePolicy(again, groups)]
    expect(policyFileOf(b)).toEqual(policyFileOf(a))
    expect(policyFileOf(parse(policyFileOf(a)).base)).toEqual(policyFileOf(a))
  }
})
