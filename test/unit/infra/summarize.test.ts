import { expect, test } from 'vitest'
import { summarize } from '../../../infra/ci/summarize.ts'

const file = (status: string, ...results: string[]) => ({
  status,
  assertionResults: results.map((r) => ({ status: r })),
})
const report = (passed: number, failed: number, ...testResults: unknown[]) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
})

const cases: [name: string, report: unknown, exitCode: number, passed: number, failed: number][] = [
  ['all good', report(3, 0, file('passed', 'passed')), 0, 3, 0],
  ['a failed test', report(2, 1, file('failed', 'passed', 'failed')), 1, 2, 1],
  ['a file that cannot be loaded', report(2, 0, file('failed')), 1, 2, 1],
  ['a test and a file', report(2, 1, file('failed'), file('failed', 'failed')), 1, 2, 2],
  ['an error outside of any test', report(2, 0, file('passed', 'passed')), 1, 2, 1],
  ['no tests', report(0, 0), 0, 0, 1],
  ['no report', undefined, 1, 0, 1],
  ['a damaged report', 'half', 0, 0, 1],
]

test.each(cases)('summarize: %s', (_name, given, exitCode, passed, failed) =>
  expect(summarize(given, exitCode)).toEqual({ passed, failed }),
)
