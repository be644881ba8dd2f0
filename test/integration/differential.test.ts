import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { openBytesJudge } from '../support/adversary/bytes-judge.ts'
import { GOOD, HOSTILE } from '../support/adversary/catalogue.ts'
import { type Disagreement, keepReproducer, openDifferential } from '../support/adversary/differential/compare.ts'
import { makeFastFolder } from '../support/adversary/fast-folder.ts'
import { type MutatedCase, mutatedCase, mutationSeed } from '../support/adversary/mutations/cases.ts'
import { testDecoders } from '../support/adversary/tools.ts'

const WANTED = Number(process.env.AIRLOCK_DIFFERENTIAL ?? 80)
const BATCH = 500
const MOST_BATCHES = 40
/** Four tools writing 70,000 empty files would only test the disk. */
const MOST_ENTRIES = 1000

const decoders = await testDecoders()
const folder = await makeFastFolder()
const judge = await openBytesJudge(folder.path, decoders)
const differential = openDifferential(decoders, folder.path)
process.stderr.write(`differential: against ${differential.tools.join(', ')}\n`)
if (differential.missing.length > 0)
  process.stderr.write(`differential: NOT on this machine: ${differential.missing.join(', ')}\n`)
afterAll(async () => {
  differential.close()
  await judge.close()
  await folder.remove()
})

/** Programs that tools get out of a file that is complete; those where a model keeps its libraries are expected. */
async function disagreements(path: string, bytes: Buffer): Promise<Disagreement[] | null> {
  const { outcome, notes, coverage } = await judge.verdict(path, bytes)
  if (outcome !== 'complete' || coverage.entries > MOST_ENTRIES) return null
  const programs = await differential.programsIn(path, bytes)
  const isModel = notes.some(({ code }) => code === 'contains_native_code')
  return programs.filter(({ member }) => !(isModel && /(^|[/ ])binaries\/[^/]+\//.test(member)))
}

const describe = (name: string, file: string, found: readonly Disagreement[]): string =>
  `${name}: ${found.map(({ tool, member }) => `${tool} gives "${member}"`).join(', ')} (${file})`

test('no tool makes a program of a file of the catalogue that is complete', { timeout: 300_000 }, async () => {
  const found: string[] = []
  let compared = 0
  for (const { name, path, bytes } of [...HOSTILE, ...GOOD]) {
    const content = bytes()
    const programs = await disagreements(path, content)
    if (programs === null) continue
    compared++
    if (programs.length > 0) found.push(describe(name, await keepReproducer(path, content), programs))
  }
  process.stderr.write(
    `differential: ${compared} complete files of the catalogue compared (those of more than ${MOST_ENTRIES} members left out)\n`,
  )
  expect(found).toEqual([])
})

test(`no tool makes a program of ${WANTED} mutated archives that are complete`, { timeout: 600_000 }, async () => {
  const seed = mutationSeed(process.env)
  const found: string[] = []
  let [compared, judged] = [0, 0]
  for (let batch = 0; batch < MOST_BATCHES && compared < WANTED; batch++) {
    for (const { name, path, bytes } of sample(seed + batch)) {
      if (compared === WANTED) break
      judged++
      const programs = await disagreements(path, bytes)
      if (programs === null) continue
      compared++
      if (programs.length > 0) found.push(describe(name, await keepReproducer(path, bytes), programs))
    }
  }
  process.stderr.write(`differential: seed ${seed}, ${judged} judged, ${compared} complete ones compared\n`)
  for (const line of found) process.stderr.write(`differential: ${line}\n`)
  expect(found).toEqual([])
  expect(compared).toBe(WANTED)
})

const sample = (seed: number): MutatedCase[] => fc.sample(mutatedCase, { seed, numRuns: BATCH })
