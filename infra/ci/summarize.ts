export type Summary = { readonly passed: number; readonly failed: number }

/**
 * What vitest's JSON report comes to. A file that could not be loaded and a run that failed outside of any test each count as
 * a failure; so does a run of no tests, or one without a report.
 */
export function summarize(report: unknown, exitCode: number): Summary {
  const { passed, failed, brokenFiles } = countsOf(report)
  const told = failed + brokenFiles
  const silentFailure = told === 0 && (exitCode !== 0 || passed === 0)
  return { passed, failed: silentFailure ? 1 : told }
}

function countsOf(report: unknown): Summary & { brokenFiles: number } {
  if (typeof report !== 'object' || report === null) return { passed: 0, failed: 0, brokenFiles: 0 }
  const { numPassedTests, numFailedTests, testResults } = report as Record<string, unknown>
  const files: unknown[] = Array.isArray(testResults) ? testResults : []
  return { passed: count(numPassedTests), failed: count(numFailedTests), brokenFiles: files.filter(isBroken).length }
}

const count = (value: unknown): number => (Number.isSafeInteger(value) ? (value as number) : 0)

/** Failed, and none of its tests did. */
function isBroken(file: unknown): boolean {
  const { status, assertionResults } = (file ?? {}) as { status?: unknown; assertionResults?: { status?: unknown }[] }
  return status === 'failed' && !(assertionResults ?? []).some((result) => result.status === 'failed')
}

export const summaryLine = ({ passed, failed }: Summary): string => `${passed} passed, ${failed} failed`
