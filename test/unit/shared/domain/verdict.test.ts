import { expect, test } from 'vitest'
import { FINDINGS, type FindingCode } from '#shared/domain/findings.ts'
import { DEFAULT_POLICY, type Policy, scanDeadlineMs } from '#shared/domain/policy.ts'
import { decideVerdict, type GateReport } from '#shared/domain/verdict.ts'

const coverage = {
  bytes_total: 1,
  bytes_read: 1,
  bytes_decoded: 1,
  entries: 0,
  depth: 0,
  engines: [],
  limits_hit: [],
  not_inspected: [],
}
const report = (...codes: FindingCode[]): GateReport => ({
  findings: codes.map((code) => ({ code, place: '', detail: '' })),
  detected_type: null,
  sha256: 'ab',
  coverage,
})
const site = (severities: Policy['severities']): Policy => ({ ...DEFAULT_POLICY, severities })
const codes = (list: readonly { code: string }[]) => list.map(({ code }) => code)

test('nothing found: complete', () => {
  expect(decideVerdict(report(), DEFAULT_POLICY, 'now')).toMatchObject({
    outcome: 'complete',
    reasons: [],
    warnings: [],
    notes: [],
    sha256: 'ab',
    policy_version: 'default-1',
  })
})

test('each code lands where its severity says', () => {
  const all = Object.keys(FINDINGS) as FindingCode[]
  const verdict = decideVerdict(report(...all), DEFAULT_POLICY, 'now')
  const of = (severity: string) => all.filter((code) => FINDINGS[code].severity === severity)
  expect(verdict.outcome).toBe('quarantined')
  expect(codes(verdict.reasons)).toEqual(of('quarantine'))
  expect(codes(verdict.warnings)).toEqual(of('warning'))
  expect(codes(verdict.notes)).toEqual(of('note'))
})

test('what could not be looked into is never complete by default', () => {
  expect(decideVerdict(report('not_inspectable'), DEFAULT_POLICY, 'now').outcome).toBe('quarantined')
})

test("a site's policy overrides code by code, both ways", () => {
  expect(decideVerdict(report('not_inspectable'), site({ not_inspectable: 'warning' }), 'now')).toMatchObject({
    outcome: 'complete',
    warnings: [{ code: 'not_inspectable' }],
  })
  expect(
    decideVerdict(report('contains_native_code'), site({ contains_native_code: 'quarantine' }), 'now').outcome,
  ).toBe('quarantined')
  expect(decideVerdict(report('script'), site({ script: 'ignore' }), 'now').notes).toEqual([])
})

test('a file that was not read to its end has no digest', () => {
  expect(decideVerdict({ ...report('executable'), sha256: '' }, DEFAULT_POLICY, 'now').sha256).toBeNull()
})

test('a scan may take 300 s and a second for each 5 MB', () => {
  expect(scanDeadlineMs(DEFAULT_POLICY.budgets, 0)).toBe(300_000)
  expect(scanDeadlineMs(DEFAULT_POLICY.budgets, 100_000_000_000)).toBe(20_300_000)
})
