import { expect, test } from 'vitest'
import { parseScanAnswer } from '#shared/scanning/child-messages.ts'
import { plainCoverage } from '../../../support/plain-verdict.ts'

const coverage = plainCoverage(1, ['type'])
const report = { findings: [{ code: 'script', place: '', detail: 'x' }], detected_type: null, sha256: '', coverage }
const progress = { stage: 'zip', bytes: 1, total: 2, entries: 3, rate: 4 }

test.each([
  { kind: 'ready' },
  { kind: 'report', report },
  { kind: 'progress', progress },
  { kind: 'failed', message: 'x' },
])('%j is an answer', (answer) => {
  expect(parseScanAnswer(answer)).toEqual(answer)
})

test.each([
  null,
  'ready',
  {},
  { kind: 'other' },
  { kind: 'report' },
  { kind: 'report', report: { ...report, sha256: 'abc' } },
  { kind: 'report', report: { ...report, findings: [{ code: 'no_such_code', place: '', detail: '' }] } },
  { kind: 'report', report: { ...report, findings: [{ code: 'constructor', place: '', detail: '' }] } },
  { kind: 'report', report: { ...report, findings: [{ code: 'script', place: 'x'.repeat(5000), detail: '' }] } },
  { kind: 'report', report: { ...report, coverage: { ...coverage, entries: -1 } } },
  { kind: 'report', report: { ...report, coverage: { ...coverage, engines: 'type' } } },
  { kind: 'progress', progress: { ...progress, bytes: 'many' } },
  { kind: 'failed', message: 7 },
])('%j is none', (answer) => {
  expect(() => parseScanAnswer(answer)).toThrow(/an answer that is none/)
})
