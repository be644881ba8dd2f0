import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ReceiveOptions, receive } from '#shared/storage/receive.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'

let folder: TempFolder
beforeEach(async () => {
  folder = await makeTempFolder('receive')
})
afterEach(() => folder.remove())

async function run(body: Readable, options: Partial<ReceiveOptions> = {}, before = '', name = 'data') {
  const path = join(folder.path, name)
  const file = await open(path, 'w+')
  await file.write(before)
  try {
    const received = await receive(body, file, {
      offset: before.length,
      maxBytes: Number.MAX_SAFE_INTEGER,
      guard: () => undefined,
      onProgress: () => undefined,
      signal: new AbortController().signal,
      ...options,
    })
    return { ...received, content: await readFile(path) }
  } finally {
    await file.close()
  }
}

test('writes a body behind what is there, whatever the size of its chunks', async () => {
  const chunks = Array.from({ length: 500 }, (_, i) => Buffer.alloc((i * 7919) % 70_000, i % 251))
  const { offset, ended, content } = await run(Readable.from(chunks.filter(({ length }) => length > 0)), {}, 'head')
  const want = Buffer.concat([Buffer.from('head'), ...chunks])
  expect({ offset, ended }).toEqual({ offset: want.length, ended: true })
  expect(content.equals(want)).toBe(true)
})

test('keeps what came before the client went away', async () => {
  const body = new PassThrough()
  body.write(Buffer.alloc(100_000, 1))
  const progress: number[] = []
  const done = run(body, {
    onProgress: (at) => {
      progress.push(at)
      body.destroy(new Error('socket hang up'))
    },
  })
  expect(await done).toMatchObject({ offset: progress.at(-1), ended: false })
  expect(progress.at(-1)).toBeGreaterThan(0)
})

test('ends early with all it has when it is told to', async () => {
  const body = new PassThrough()
  body.write('abc')
  const stop = new AbortController()
  const done = run(body, { signal: stop.signal, onProgress: () => stop.abort() })
  expect(await done).toMatchObject({ offset: 3, ended: false })
})

test('many bodies together hold little in memory while the disk is busy, and each goes on afterwards', async () => {
  const [count, bytes] = [60, 2 * 2 ** 20]
  let taken = 0
  const body = () =>
    Readable.from(
      (function* () {
        for (let at = 0; at < bytes; at += 65_536) {
          taken += 65_536
          yield Buffer.alloc(65_536, at / 65_536)
        }
      })(),
      { objectMode: false, highWaterMark: 65_536 },
    )
  const disk = Promise.withResolvers<void>()
  const all = Array.from({ length: count }, (_, i) => run(body(), { guard: () => disk.promise }, '', `data${i}`))
  for (let turn = 0; turn < 1_000; turn++) await nextTurn()
  expect(taken).toBeLessThan(32 * 2 ** 20 + count * 4 * 65_536)
  disk.resolve()
  for (const { offset, content } of await Promise.all(all)) expect([offset, content.length]).toEqual([bytes, bytes])
})

test('refuses what is longer than announced and writes none of the excess', async () => {
  const body = Readable.from([Buffer.alloc(10), Buffer.alloc(10)])
  await expect(run(body, { maxBytes: 15 })).rejects.toMatchObject({ kind: 'tooLarge', code: 'body_too_large' })
})

test('a guard that throws stops the writing at once: nothing is written past a lost lock', async () => {
  let calls = 0
  const guard = () => {
    if (++calls > 1) throw new Error('lock lost')
  }
  const body = new PassThrough()
  body.write('first')
  const done = run(body, { guard, onProgress: () => body.write('second') })
  await expect(done).rejects.toThrow('lock lost')
  expect(await readFile(join(folder.path, 'data'), 'utf8')).toBe('first')
})

test('a full disk is an answer with its own kind', async () => {
  const full = await open('/dev/full', 'w')
  try {
    const options = {
      offset: 0,
      maxBytes: 100,
      guard: () => undefined,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    }
    await expect(receive(Readable.from([Buffer.from('x')]), full, options)).rejects.toMatchObject({
      kind: 'noRoom',
      code: 'no_space',
    })
  } finally {
    await full.close()
  }
})
