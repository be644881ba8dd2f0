import { expect, test } from 'vitest'
import { makeFastFolder } from '../../support/adversary/fast-folder.ts'
import { mutationSeed } from '../../support/adversary/mutations/cases.ts'
import { runMutations } from '../../support/adversary/mutations/run-mutations.ts'
import { testDecoders } from '../../support/adversary/tools.ts'

const CASES = Number(process.env.AIRLOCK_MUTATIONS ?? 10_000)
const MIB = 1024 * 1024

test(`${CASES} mutated archives: no throw, no hang, little memory`, { timeout: 600_000 }, async () => {
  const seed = mutationSeed(process.env)
  process.stderr.write(`mutations: seed ${seed} (AIRLOCK_SEED), ${CASES} cases (AIRLOCK_MUTATIONS)\n`)
  const folder = await makeFastFolder()
  const started = performance.now()
  const report = await runMutations({
    seed,
    cases: CASES,
    decoders: await testDecoders(),
    folder: folder.path,
  })
  const seconds = (performance.now() - started) / 1000
  const { failure, outcomes, codes, slowestMs, slowestCase, peakBytes } = report
  process.stderr.write(
    `mutations: ${seconds.toFixed(1)} s, peak ${(peakBytes / MIB).toFixed(0)} MiB, slowest ${slowestMs.toFixed(0)} ms at ${slowestCase}\n` +
      `mutations: ${JSON.stringify(outcomes)} ${JSON.stringify(codes)}\n`,
  )
  expect(failure).toBeNull()
  expect(peakBytes).toBeLessThan(256 * MIB)
  expect(slowestMs).toBeLessThan(60_000)
  // Both kinds must be there, or the mutations say nothing.
  expect(outcomes.complete).toBeGreaterThan(CASES / 100)
  expect(outcomes.quarantined).toBeGreaterThan(CASES / 4)
  await folder.remove()
})
