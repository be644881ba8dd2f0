import { readFileSync } from 'node:fs'
import { summarize, summaryLine } from './summarize.ts'

/** `node infra/ci/summary.ts <report.json> <exit code of vitest>`: the last line of .ci/run. */
const [, , file = '', exitCode = '1'] = process.argv

function readReport(): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    process.stderr.write(`No report of the tests: ${(error as Error).message}\n`)
    return undefined
  }
}

const summary = summarize(readReport(), Number(exitCode))
process.stdout.write(`${summaryLine(summary)}\n`)
process.exitCode = summary.failed === 0 ? 0 : 1
