import { table } from '../../bench/table.ts'
import { createRandom, type Random } from '../random.ts'
import { frozenHolder } from './frozen-scene.ts'
import { deleteWhileFinishing, finishTwice, type Scene, sameOffset } from './scenes.ts'
import { startTwoProcesses, type TwoProcesses } from './two-processes.ts'

const SCENES: Readonly<Record<string, Scene>> = {
  'the same offset, different bytes': sameOffset,
  'the last bytes several times': finishTwice,
  'DELETE while the other acknowledges': deleteWhileFinishing,
}
/** Rounds that run at the same time. */
const AT_ONCE = 4
/** Uploads under way in one frozen process. */
const IN_ONE_FREEZE = 20

/** Problems of `rounds` rounds of each scene, by scene. */
export async function runScenes(two: TwoProcesses, rounds: number, seed: number): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const [name, scene] of Object.entries(SCENES))
    found.set(name, await manyRounds(scene, two, rounds, createRandom(seed).fork(name)))
  found.set('a process frozen past its lease', await frozenRounds(two, rounds, createRandom(seed).fork('frozen')))
  return found
}

async function manyRounds(scene: Scene, two: TwoProcesses, rounds: number, random: Random): Promise<string[]> {
  const problems: string[] = []
  let left = rounds
  const work = async () => {
    while (left-- > 0) problems.push(...(await scene(two, random).catch((error: Error) => [String(error.stack)])))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return problems
}

async function frozenRounds(two: TwoProcesses, rounds: number, random: Random): Promise<string[]> {
  const problems: string[] = []
  for (let left = rounds; left > 0; left -= IN_ONE_FREEZE)
    problems.push(...(await frozenHolder(two, random, Math.min(left, IN_ONE_FREEZE))).flat())
  return problems
}

/** For the command line; answers whether nothing was wrong. */
export async function showScenes(rounds: number, seed: number, env: NodeJS.ProcessEnv, say: (text: string) => void) {
  const two = await startTwoProcesses(env)
  try {
    const found = await runScenes(two, rounds, seed)
    const rows = [...found].map(([name, problems]) => [name, String(rounds), String(problems.length)])
    say(table(['scene', 'rounds', 'problems'], rows))
    for (const [name, problems] of found) for (const problem of problems.slice(0, 10)) say(`${name}: ${problem}`)
    return [...found.values()].every((problems) => problems.length === 0)
  } finally {
    await two.stop()
  }
}
