import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { KIB } from '#shared/domain/limits.ts'
import { createLayout } from '#shared/storage/layout.ts'
import { until } from '../../support/until.ts'
import type { Random } from '../random.ts'
import { finish, OWNER, offsetOf, type Side, stream, type TwoProcesses } from './two-processes.ts'

/** One round; answers what was wrong. */
export type Scene = (two: TwoProcesses, random: Random) => Promise<string[]>

const [A, B, C] = [0x41, 0x42, 0x43]

/** Expected bytes as runs: `byte` up to `end`. */
type Run = { readonly byte: number; readonly end: number }

/** Both processes are sent the whole file at offset 0, with different bytes, in pieces that cross. */
export const sameOffset: Scene = async (two, random) => {
  const length = random.int(100 * KIB, 1_500 * KIB)
  const id = await two.create(length)
  const [a, b] = await Promise.all([sendInPieces(two, 0, id, length, A), sendInPieces(two, 1, id, length, B)])
  const problems: string[] = []
  if (a.offset > 0 && b.offset > 0) problems.push(`both were acknowledged: ${a.offset} and ${b.offset}`)
  const reached = await offsetOf(two, random.pick([0, 1]), id)
  const acknowledged = Math.max(a.offset, b.offset, 0)
  if (reached !== acknowledged) problems.push(`the offset is ${reached}, acknowledged were ${acknowledged}`)
  await finish(two, random.pick([0, 1]), id, length, C)
  const first: Run = { byte: a.offset > 0 ? A : B, end: acknowledged }
  return [...problems, ...(await checkEnd(two, id, length, [first, { byte: C, end: length }]))]
}

async function sendInPieces(two: TwoProcesses, side: Side, id: string, length: number, byte: number) {
  const { req, answer } = two.open(side, id, 0, length)
  const piece = Math.ceil(length / 7)
  for (let at = 0; at < length; at += piece) {
    if (req.destroyed) break
    req.write(Buffer.alloc(Math.min(piece, length - at), byte))
    await pause(1)
  }
  req.end()
  return answer
}

/** Several requests bring or see the last bytes at the same moment: the upload is finished once. */
export const finishTwice: Scene = async (two, random) => {
  const length = random.int(10 * KIB, 300 * KIB)
  const rest = random.int(1, 5_000)
  const id = await two.create(length)
  await two.send(0, 'PATCH', id, stream(0), Buffer.alloc(length - rest, A))
  const last = (side: Side) => two.send(side, 'PATCH', id, stream(length - rest), Buffer.alloc(rest, A))
  const empty = (side: Side) => two.send(side, 'PATCH', id, stream(length))
  const look = (side: Side) => two.send(side, 'HEAD', id)
  await Promise.all([last(0), last(1), look(0), empty(1), last(0), empty(0), look(1), last(1)])
  await Promise.all([empty(0), empty(1), look(0), look(1)])
  await finish(two, 0, id, length, A)
  return checkEnd(two, id, length, [{ byte: A, end: length }])
}

/** A DELETE comes while the other process is about to acknowledge the last byte: one of the two is true for good. */
export const deleteWhileFinishing: Scene = async (two, random) => {
  const length = random.int(10 * KIB, 500 * KIB)
  const id = await two.create(length)
  const { req, answer } = two.open(0, id, 0, length)
  req.write(Buffer.alloc(length - 1, A))
  await pause(random.int(0, 15))
  const removal = pause(random.int(0, 8)).then(() => two.send(1, 'DELETE', id))
  await pause(random.int(0, 8))
  if (!req.destroyed) req.end(Buffer.alloc(1, A))
  const [patched, removed] = await Promise.all([answer, removal])
  req.destroy()
  if (removed.status === 204) return checkGone(two, id)
  if (![404, 409, 410, 423].includes(removed.status)) return [`DELETE was answered ${removed.status}`]
  if (patched.offset !== length) await finish(two, 1, id, length, A)
  return checkEnd(two, id, length, [{ byte: A, end: length }])
}

const PATHS_TO_AN_END = ['receiving received scanning complete']
const PATHS_TO_NOTHING = ['receiving deleted', `${PATHS_TO_AN_END[0]} deleted`]

/** The upload ends complete, told once, with exactly these bytes. */
export async function checkEnd(two: TwoProcesses, id: string, length: number, runs: readonly Run[]): Promise<string[]> {
  const view = await until(
    `a verdict on ${id}`,
    async () => {
      const found = await two.rest.view(id)
      return typeof found === 'object' && ['complete', 'quarantined', 'held'].includes(found.state) ? found : undefined
    },
    90_000,
  )
  if (view.state !== 'complete') return [`${id} is ${view.state}: ${view.held_reason ?? JSON.stringify(view.verdict)}`]
  const bytes = await readFile(createLayout(two.site.root).placed(OWNER, view.job_id, view.path))
  const wrong = countWrong(bytes, runs)
  const problems =
    wrong === 0 && bytes.length === length ? [] : [`${wrong} wrong bytes in ${bytes.length} of ${length}`]
  return [...problems, ...(await checkPath(two, id, 'complete', PATHS_TO_AN_END))]
}

function countWrong(bytes: Buffer, runs: readonly Run[]): number {
  let wrong = 0
  let at = 0
  for (const { byte, end } of runs) for (; at < end; at++) if (bytes[at] !== byte) wrong++
  return wrong
}

async function checkGone(two: TwoProcesses, id: string): Promise<string[]> {
  const { status } = await two.send(0, 'HEAD', id)
  const problems = [404, 410].includes(status) ? [] : [`HEAD after DELETE: ${status}`]
  const left = await until(
    `nothing of ${id} to be left`,
    async () => {
      const files = await readdir(join(two.site.root, 'users', OWNER), { recursive: true })
      // The record says that it is gone, for the ledger.
      const some = files.filter((name) => name.includes(id) && name !== `.airlock/${id}.json`)
      if (some.length > 0) throw new Error(some.join(' '))
      return []
    },
    30_000,
  ).catch((error: Error) => [error.message])
  return [...problems, ...left, ...(await checkPath(two, id, 'deleted', PATHS_TO_NOTHING))]
}

async function checkPath(two: TwoProcesses, id: string, end: string, paths: readonly string[]): Promise<string[]> {
  await until(`the event ${end} of ${id}`, () => two.follower.lastState(id) === end)
  const path = (two.follower.seen.get(id) ?? []).map(({ state }) => state).join(' ')
  return paths.includes(path) ? [] : [`the stream tells ${path}`]
}
