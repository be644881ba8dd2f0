import { expect, test } from 'vitest'
import { parseRecord } from '#shared/contracts/parse-record.ts'
import { LIMITS } from '#shared/domain/limits.ts'
import { plainVerdict } from '../../../support/plain-verdict.ts'

const record = {
  version: 1,
  id: '019a0000-0000-7000-8000-000000000000',
  owner: 'engineer',
  job: 'inbox',
  path: 'deck.k',
  placed_path: null,
  length: 1,
  state: 'received',
  on_conflict: 'rename',
  declared_sha256: null,
  declared_type: null,
  metadata: '',
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  expires_at: null,
  decision: null,
  verdict: null,
  held_reason: null,
}

test("the owner's groups come along; a record from before there were any is as good", () => {
  expect(parseRecord(JSON.stringify(record)).groups).toBeUndefined()
  expect(parseRecord(JSON.stringify({ ...record, groups: ['a', 'b'] })).groups).toEqual(['a', 'b'])
  expect(parseRecord(JSON.stringify({ ...record, groups: [] })).groups).toEqual([])
})

test.each(['solver-dev', null, [1], { a: 1 }])('groups that are %j are no list of names', (groups) => {
  expect(() => parseRecord(JSON.stringify({ ...record, groups }))).toThrow(/groups is missing or malformed/)
})

test.each(['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123Z', '2026-01-01T02:00:00+02:00'])('%s is a time', (at) => {
  expect(parseRecord(JSON.stringify({ ...record, updated_at: at })).updated_at).toBe(at)
})

test.each(['yesterday', '', '2026', '2026-01-01', '2026-13-01T00:00:00Z', '2026-01-01T25:00:00Z', 0, null])(
  '%j is no time: the record is damaged',
  (at) => {
    for (const name of ['created_at', 'updated_at'])
      expect(() => parseRecord(JSON.stringify({ ...record, [name]: at }))).toThrow(`${name} is missing or malformed`)
  },
)

const verdict = plainVerdict('complete')
const finding = { code: 'executable', place: '', detail: 'ELF' }
const GOOD: [name: string, fields: object][] = [
  ['a verdict', { verdict: { ...verdict, reasons: [finding], sha256: 'a'.repeat(64) } }],
  ['a finding whose code is none of today', { verdict: { ...verdict, notes: [{ ...finding, code: 'former' }] } }],
  ['a decision for a place', { decision: { verdict, target: 'deck.k', inode: '1' } }],
  ['a decision for quarantine', { decision: { verdict: plainVerdict('quarantined'), target: null, inode: '1' } }],
  ['the greatest length', { length: LIMITS.uploadBytes }],
]
test.each(GOOD)('%s is good', (_name, fields) => {
  expect(parseRecord(JSON.stringify({ ...record, ...fields }))).toMatchObject(fields)
})

const BAD: [field: string, value: unknown][] = [
  ...[{}, [], { ...verdict, outcome: 'bogus' }, { ...verdict, reasons: [{}] }].map((bad) => ['verdict', bad] as const),
  ...[{ ...verdict, coverage: {} }, { ...verdict, warnings: null }, 'clean'].map((bad) => ['verdict', bad] as const),
  ...[{}, [], { outcome: 'bogus' }, { verdict: {}, target: null, inode: '1' }].map((bad) => ['decision', bad] as const),
  ['decision', { verdict, target: null, inode: '1' }],
  ['decision', { verdict: plainVerdict('quarantined'), target: 'deck.k', inode: '1' }],
  ['decision', { verdict, target: 'deck.k' }],
  ...[Number.MAX_SAFE_INTEGER, LIMITS.uploadBytes + 1, -1, 0.5, '5'].map((bad) => ['length', bad] as const),
  ['expires_at', 'tomorrow'],
  ['concat', { kind: 'final', header: 'final;x', pieces: [{ id: record.id, length: 2 ** 52 }], assembled: null }],
].map(([field, value]) => [field as string, value])
test.each(BAD)('%s as %j: the record is damaged', (field, value) => {
  expect(() => parseRecord(JSON.stringify({ ...record, [field]: value }))).toThrow(`${field} is missing or malformed`)
})
