import fc from 'fast-check'
import { openBytesJudge } from '../bytes-judge.ts'
import { mutatedCase } from './cases.ts'
import type { MutationAnswer, MutationReport, MutationRun } from './messages.ts'

/** Judges mutated archives, one after the other, under the memory limits of a scan process. */

const REPORT_EVERY = 50

const send = (answer: MutationAnswer) => process.send?.(answer)
const count = (counts: Record<string, number>, key: string) => {
  counts[key] = (counts[key] ?? 0) + 1
}

async function run({ seed, cases, decoders, folder }: MutationRun): Promise<MutationReport> {
  const outcomes: Record<string, number> = {}
  const codes: Record<string, number> = {}
  let [done, slowestMs, slowestCase] = [0, 0, '']
  const judge = await openBytesJudge(folder, decoders)
  const property = fc.asyncProperty(mutatedCase, async ({ name, path, bytes }) => {
    const started = performance.now()
    const verdict = await judge.verdict(path, bytes)
    const ms = performance.now() - started
    if (ms > slowestMs) [slowestMs, slowestCase] = [ms, `case ${done} (${name})`]
    count(outcomes, verdict.outcome)
    count(codes, verdict.reasons[0]?.code ?? 'none')
    if (++done % REPORT_EVERY === 0) send({ kind: 'at', done })
  })
  const result = await fc.check(property, { seed, numRuns: cases })
  await judge.close()
  const failure = result.failed ? `${result.errorInstance}\n${showCase(result.counterexample)}` : null
  const peakBytes = process.resourceUsage().maxRSS * 1024
  return { outcomes, codes, slowestMs, slowestCase, peakBytes, failure }
}

const showCase = (counterexample: readonly { name: string; path: string; bytes: Buffer }[] | null): string =>
  (counterexample ?? []).map(({ name, path, bytes }) => `${name} as ${path}: ${bytes.toString('base64')}`).join('\n')

process.on('message', (request) => {
  run(request as MutationRun).then(
    (report) => send({ kind: 'report', report }),
    (error: unknown) => {
      const failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
      send({
        kind: 'report',
        report: { outcomes: {}, codes: {}, slowestMs: 0, slowestCase: '', peakBytes: 0, failure },
      })
    },
  )
})
process.on('disconnect', () => process.exit(0))
send({ kind: 'ready' })
