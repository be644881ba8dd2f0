import { readdir, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type FinalRecord, isFinal } from '#shared/domain/final-record.ts'
import { createKeys } from '#shared/redis/keys.ts'
import type { UploadLocks } from '#shared/redis/upload-lock.ts'
import { createAssemblyFiles } from '#shared/storage/assembly-files.ts'
import { createLayout, type Layout } from '#shared/storage/layout.ts'
import { createUploadFiles } from '#shared/storage/upload-files.ts'
import { createAssembleUpload } from '../../workers/scan/assemble-upload.ts'
import { crashingAt } from '../support/crashing-at.ts'
import { finalRecord } from '../support/final-record.ts'
import { openLockProcess } from '../support/lock-process.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { makeUploadRoot } from '../support/temp.ts'
import { uploadRecord } from '../support/upload-record.ts'

const PARTS = ['first-', 'second-', '', 'third-', 'last']
const WHOLE = PARTS.join('')

let locks: UploadLocks
let close: () => void
let layout: Layout
let removeRoot: () => Promise<void>
beforeAll(async () => {
  ;({ locks, close } = await openLockProcess(sharedRedisUrl(), createKeys(redisPrefix('assemble'))))
})
afterAll(() => close())
beforeEach(async () => {
  const root = await makeUploadRoot()
  layout = createLayout(root.root)
  removeRoot = root.remove
})
afterEach(() => removeRoot())

const parts = () => ({ files: createUploadFiles(layout), assembly: createAssemblyFiles(layout) })
const rest = { publisher: { scan: () => undefined }, now: () => new Date(), checkpointBytes: 10 }
const assembler = (more = {}) => createAssembleUpload({ ...parts(), locks, ...rest, ...more })
const never = new AbortController().signal

/** A final as the worker finds it: its partials are there, it has no file of its own. */
async function received(texts: readonly string[] = PARTS): Promise<FinalRecord> {
  const { files } = parts()
  const partials = texts.map((text) => uploadRecord({ length: text.length, concat: { kind: 'partial' } }))
  for (const [i, record] of partials.entries()) {
    await files.create(record)
    await writeFile(layout.data('kim', record.id), texts[i] ?? '')
  }
  const final = finalRecord(partials, { state: 'received' })
  await files.writeRecord(final)
  return final
}

async function onDisk(id: string): Promise<FinalRecord> {
  const record = await parts().files.readRecord({ owner: 'kim', id })
  if (record === undefined || !isFinal(record)) throw new Error('the record is gone')
  return record
}

/** What a new worker does: it begins with what the disk says. */
const again = async (id: string) => assembler()(await onDisk(id), never)

async function expectWhole(id: string, text = WHOLE): Promise<void> {
  expect(await readFile(layout.data('kim', id), 'utf8')).toBe(text)
  expect((await onDisk(id)).concat.assembled).toBe(text.length)
  expect((await readdir(layout.staging('kim'))).toSorted()).toEqual([`${id}.data`, `${id}.json`])
}

const READS = ['stat', 'readRecord', 'resumeAt', 'append', 'openData']
function crashing(crashAt: number, before: boolean) {
  const { wrap, calls } = crashingAt(crashAt, before, READS)
  const { files, assembly } = parts()
  return { assemble: assembler({ files: wrap(files), assembly: wrap(assembly) }), calls }
}
/** The first part adopted; two checkpoints, each a record and the parts it covers; five parts cleared. */
const STEPS = 1 + (1 + 3) + (1 + 5) + 5

describe('a crash at any point is gone on from with what the disk says', () => {
  test.each(Array.from({ length: STEPS }, (_, i) => i + 1).flatMap((n) => [[n, true] as const, [n, false] as const]))(
    'crash at step %i, before it: %s',
    async (crashAt, before) => {
      const { id } = await received()
      await expect(crashing(crashAt, before).assemble(await onDisk(id), never)).rejects.toThrow('crash')
      await again(id)
      await expectWhole(id)
      await again(id)
      await expectWhole(id)
    },
  )
  test('the table above is complete', async () => {
    const { assemble, calls } = crashing(0, true)
    await assemble(await received(), never)
    expect(calls()).toBe(STEPS)
  })
})

test.each([[['only']], [['', '']], [['', 'second']], [['first', '']]])('parts %j', async (texts) => {
  const { id } = await received(texts)
  await again(id)
  await expectWhole(id, texts.join(''))
})

test('cut off on the way: what was copied is kept, durably', async () => {
  const { id } = await received()
  await expect(assembler()(await onDisk(id), AbortSignal.abort())).rejects.toMatchObject({ code: 'upload_locked' })
  const stopping = new AbortController()
  const publisher = { scan: () => stopping.abort() }
  await expect(assembler({ publisher })(await onDisk(id), stopping.signal)).rejects.toMatchObject({
    kind: 'unavailable',
  })
  expect((await onDisk(id)).concat.assembled).toBe('first-second-'.length)
  await again(id)
  await expectWhole(id)
})

test('bytes behind what is durable do not count: a part that is still there is copied whole again', async () => {
  const { id, concat } = await received()
  const { assembly } = parts()
  await assembly.adopt(await onDisk(id))
  // A power cut can leave the size of what was written without the bytes.
  await truncate(layout.data('kim', id), WHOLE.length)
  await unlink(layout.data('kim', concat.pieces[1]?.id ?? ''))
  await writeFile(layout.data('kim', id), `first-second-${'\0'.repeat(10)}`)
  await again(id)
  await expectWhole(id)
})

test('a record written late by whoever finished the final takes nothing back', async () => {
  const { id } = await received()
  const late = await onDisk(id)
  const { assemble } = crashing(10, true)
  await expect(assemble(late, never)).rejects.toThrow('crash')
  await parts().files.writeRecord(late)
  await again(id)
  await expectWhole(id)
})

test('two workers at once: one of them waits, the file is whole', async () => {
  const { id } = await received()
  await Promise.all([again(id), again(id)])
  await expectWhole(id)
})

test.each([
  ['the first part', 0],
  ['another part', 3],
])('%s is gone: refused for good, and what is there stays', async (_, gone) => {
  const { id, concat } = await received()
  await unlink(layout.data('kim', concat.pieces[gone]?.id ?? ''))
  await expect(again(id)).rejects.toMatchObject({ kind: 'conflict', code: 'bytes_missing' })
  expect((await stat(layout.data('kim', concat.pieces[4]?.id ?? ''))).size).toBe(4)
})

test('a part that is longer or shorter than it was: refused', async () => {
  for (const size of [3, 100]) {
    const { id, concat } = await received()
    await truncate(layout.data('kim', concat.pieces[1]?.id ?? ''), size)
    await expect(again(id)).rejects.toMatchObject({ code: 'bytes_missing' })
  }
})

test('an upload root that is away is no missing part', async () => {
  const { id } = await received()
  await unlink(layout.marker)
  const record = await onDisk(id)
  await unlink(layout.data('kim', record.concat.pieces[0]?.id ?? ''))
  await expect(assembler()(record, never)).rejects.toMatchObject({ code: 'root_missing' })
})
