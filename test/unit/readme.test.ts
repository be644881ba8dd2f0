import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KNOWN_NAMES } from '#shared/config/known-names.ts'
import { FINDINGS } from '#shared/domain/findings.ts'
import { REPOSITORY } from '../support/repository.ts'

const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8')
const table = readme.slice(readme.indexOf('## Configuration'), readme.indexOf('## Security model'))

test('the configuration table names every variable, and no other', () => {
  const named = [...table.matchAll(/^\|([^|]+)\|/gm)].flatMap((row) =>
    [...(row[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]),
  )
  expect(named.toSorted()).toEqual([...KNOWN_NAMES].toSorted())
})

test('every finding is explained', () => {
  expect(Object.keys(FINDINGS).filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
})

test('it opens with the two commands', () => {
  expect(readme.indexOf('npm ci && npm start')).toBeLessThan(800)
  expect(readme).toContain('npm ci && npm test')
})
