import { stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { KIB, MIB } from '#shared/domain/limits.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { until } from '../../support/until.ts'
import type { Random } from '../random.ts'
import { checkEnd } from './scenes.ts'
import { finish, OWNER, offsetOf, stream, type TwoProcesses } from './two-processes.ts'

const [A, B] = [0x41, 0x42]
const PIECE = 64 * KIB

/** How far the other process brings an upload while its first one is frozen. */
type Continuation = 'to the end' | 'a part'

/**
 * One process is frozen in the middle of `count` bodies, past its leases; the other one goes on with other bytes; the first one wakes up,
 * with bytes in its memory and in its sockets. Answers the problems of each round.
 */
export async function frozenHolder(two: TwoProcesses, random: Random, count: number): Promise<string[][]> {
  const rounds = await Promise.all(Array.from({ length: count }, () => begin(two, random)))
  // In the middle of a write, of an fdatasync, of anything.
  await pause(random.int(0, 40))
  const frozen = two.apis[0]
  if (frozen === undefined) throw new Error('no api')
  process.kill(frozen.pid, 'SIGSTOP')
  const awake = () => process.kill(frozen.pid, 'SIGCONT')
  try {
    const begun = await Promise.all(rounds.map((round) => goOn(two, round, random)))
    awake()
    return await Promise.all(rounds.map((round, i) => end(two, round, begun[i] ?? 0)))
  } finally {
    awake()
    for (const { stop } of rounds) stop()
  }
}

type Round = Awaited<ReturnType<typeof begin>>

/** A body that goes on and on, faster than it is written. */
async function begin(two: TwoProcesses, random: Random) {
  const length = random.int(4 * MIB, 12 * MIB)
  const id = await two.create(length)
  const { req, answer } = two.open(0, id, 0, length)
  const piece = Buffer.alloc(PIECE, A)
  let sent = 0
  const more = () => {
    while (!req.destroyed && sent + PIECE < length) {
      sent += PIECE
      if (!req.write(piece)) return
    }
  }
  req.on('drain', more)
  more()
  const staged = createLayout(two.site.root).data(OWNER, id)
  await until('the first bytes', async () => (await stat(staged)).size > 0)
  return { id, length, answer, stop: () => req.destroy() }
}

async function goOn(two: TwoProcesses, { id, length }: Round, random: Random): Promise<number> {
  const how: Continuation = random.chance(0.5) ? 'to the end' : 'a part'
  const begun = await offsetOf(two, 1, id)
  if (how === 'to the end') await finish(two, 1, id, length, B)
  else await two.send(1, 'PATCH', id, stream(begun), Buffer.alloc(Math.ceil((length - begun) / 2), B))
  return begun
}

async function end(two: TwoProcesses, { id, length, answer, stop }: Round, begun: number): Promise<string[]> {
  // What is written too late is written now.
  const late = await Promise.race([answer, pause(1_500)])
  stop()
  await finish(two, 1, id, length, B)
  const runs = [
    { byte: A, end: begun },
    { byte: B, end: length },
  ]
  const told = late !== undefined && late.status === 204 && late.offset > begun
  const problems = told ? [`the frozen one acknowledged ${late.offset}, the other one began at ${begun}`] : []
  return [...problems, ...(await checkEnd(two, id, length, runs))]
}
