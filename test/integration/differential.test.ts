import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { openBytesJudge } from '../support/adversary/bytes-judge.ts'
import { GOOD } from '../support/adversary/catalogue.ts'
import {
  type Compared,
  type Disagreement,
  keepReproducer,
  openDifferential,
} from '../support/adversary/differential/compare.ts'
import { makeFastFolder } from '../support/adversary/fast-folder.ts'
import { mutatedCase, mutationSeed } from '../support/adversary/mutations/cases.ts'
import { testDecoders } from '../support/adversary/tools.ts'

const WANTED = Number(process.env.AIRLOCK_DIFFERENTIAL ?? 80)
const BATCH = 500
const MOST_BATCHES = 40

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

type Passed = Compared & { readonly name: string; readonly isModel: boolean }

/** Programs that tools get out of files that are complete; those where a model keeps its libraries are expected. */
async function disagreements(files: readonly Passed[]): Promise<string[]> {
  const found: string[] = []
  for (const [i, programs] of (await differential.programsIn(files)).entries()) {
    const file = files[i] as Passed
    const unexpected = programs.filter(({ member }) => !(file.isModel && /(^|[/ ])binaries\/[^/]+\//.test(member)))
    if (unexpected.length > 0) found.push(describe(file.name, await keepReproducer(file.path, file.bytes), unexpected))
  }
  for (const line of found) process.stderr.write(`differential: ${line}\n`)
  return found
}

const describe = (name: string, file: string, found: readonly Disagreement[]): string =>
  `${name}: ${found.map(({ tool, member }) => `${tool} gives "${member}"`).join(', ')} (${file})`

/** That these are complete, and the hostile ones are not, is what the test of the catalogue holds. */
test('no tool makes a program of the good files of the catalogue', { timeout: 300_000 }, async () => {
  const files = GOOD.filter(({ isHeavy }) => !isHeavy)
  const passed = files.map(({ name, path, bytes }) => ({ name, path, bytes: bytes(), isModel: true }))
  process.stderr.write(`differential: ${files.length} good files of the catalogue\n`)
  expect(await disagreements(passed)).toEqual([])
})

test(`no tool makes a program of ${WANTED} mutated archives that are complete`, { timeout: 600_000 }, async () => {
  const seed = mutationSeed(process.env)
  const passed: Passed[] = []
  let judged = 0
  for (let batch = 0; batch < MOST_BATCHES && passed.length < WANTED; batch++) {
    for (const { name, path, bytes } of fc.sample(mutatedCase, { seed: seed + batch, numRuns: BATCH })) {
      if (passed.length === WANTED) break
      judged++
      const { outcome, notes } = await judge.verdict(path, bytes)
      const isModel = notes.some(({ code }) => code === 'contains_native_code')
      if (outcome === 'complete') passed.push({ name, path, bytes, isModel })
    }
  }
  process.stderr.write(`differential: seed ${seed}, ${judged} judged, ${passed.length} complete ones compared\n`)
  expect(await disagreements(passed)).toEqual([])
  expect(passed.length).toBe(WANTED)
})
