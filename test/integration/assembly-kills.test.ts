import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { createLayout, type Layout } from '#shared/storage/layout.ts'
import { createUploadFiles, statFile } from '#shared/storage/upload-files.ts'
import { finalRecord } from '../support/final-record.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { makeUploadRoot } from '../support/temp.ts'
import { uploadRecord } from '../support/upload-record.ts'

const CHILD = fileURLToPath(new URL('../support/assembly-child.ts', import.meta.url))
const KILLS = 4
const PART = 16 * MIB
/** So many bytes behind the moment of its kill a process goes no further: on a fast disk it would be done before it is hit. */
const LEASH = 12 * MIB

let removeRoot: (() => Promise<void>) | undefined
afterEach(() => removeRoot?.())

async function received(layout: Layout, bytes: Buffer): Promise<string> {
  const files = createUploadFiles(layout)
  const partials: UploadRecord[] = []
  for (let at = 0; at < bytes.length; at += PART) {
    const piece = bytes.subarray(at, at + PART)
    const record = uploadRecord({ length: piece.length, concat: { kind: 'partial' } })
    await files.create(record)
    await writeFile(layout.data('kim', record.id), piece)
    partials.push(record)
  }
  const final = finalRecord(partials, { state: 'received' })
  await files.writeRecord(final)
  return final.id
}

test(`killed ${KILLS} times at random moments, the assembly ends with the same bytes`, async () => {
  const { root, remove } = await makeUploadRoot()
  removeRoot = remove
  const layout = createLayout(root)
  const bytes = randomBytes(8 * PART + 12_345)
  const id = await received(layout, bytes)
  // A prefix of its own: the lock of one that was killed ends with its lease, which nobody waits for here.
  const start = (stopAt = Number.POSITIVE_INFINITY) =>
    fork(CHILD, [root, sharedRedisUrl(), redisPrefix('assembly'), 'kim', id, String(stopAt)], { execArgv: [] })
  const size = async () => (await statFile(layout.data('kim', id)))?.size ?? 0
  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null) throw new Error('it was done before it could be killed')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  for (let killed = 1; killed <= KILLS; killed++) {
    const moment = (bytes.length * (killed - Math.random())) / (KILLS + 1)
    const child = start(moment + LEASH)
    while ((await size()) < moment && child.exitCode === null) await nextTurn()
    await kill(child)
  }
  const last = start()
  expect(await once(last, 'exit')).toEqual([0, null])
  expect((await readFile(layout.data('kim', id))).equals(bytes)).toBe(true)
  // A record half written is the reconciliation's to remove.
  const left = (await readdir(layout.staging('kim'))).filter((name) => !name.endsWith('.tmp'))
  expect(left.toSorted()).toEqual([`${id}.data`, `${id}.json`])
})
