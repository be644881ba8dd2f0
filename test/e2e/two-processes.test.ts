import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../chaos/random.ts'
import { frozenHolder } from '../chaos/scenes/frozen-scene.ts'
import { deleteWhileFinishing, finishTwice, type Scene, sameOffset } from '../chaos/scenes/scenes.ts'
import { startTwoProcesses, type TwoProcesses } from '../chaos/scenes/two-processes.ts'

/** `npm run chaos -- --scenes 200` runs as many of each. */
const ROUNDS = 8

let two: TwoProcesses
beforeAll(async () => {
  two = await startTwoProcesses(process.env)
})
afterAll(() => two.stop())

const scenes: [name: string, scene: Scene][] = [
  ['both are sent the whole file, with different bytes: one wins, byte for byte', sameOffset],
  ['the last bytes come several times: the upload is finished once', finishTwice],
  ['DELETE on one while the other acknowledges: one of the two is true', deleteWhileFinishing],
]
test.each(scenes)('two processes, one directory: %s', async (_name, scene) => {
  const random = createRandom(1)
  for (let round = 0; round < ROUNDS; round++) expect(await scene(two, random)).toEqual([])
})

test('a process that was frozen past its lease writes nothing when it wakes up', async () => {
  const problems = await frozenHolder(two, createRandom(1), ROUNDS)
  expect(problems).toEqual(problems.map(() => []))
})
