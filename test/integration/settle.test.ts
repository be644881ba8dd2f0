import { copyFile, link, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSettleOnce } from '../../workers/scan/settle-once.ts'
import { createSettleUpload } from '../../workers/scan/settle-upload.ts'
import { openLockProcess } from '../support/lock-process.ts'
import { plainVerdict } from '../support/plain-verdict.ts'
import { sharedRedisUrl } from '../support/redis.ts'
import { openSettling, type Settling } from '../support/settling.ts'

let here: Settling
beforeEach(async () => {
  here = await openSettling()
})
afterEach(() => here.close())

describe.each(['complete', 'quarantined'] as const)(
  '%s: a crash at any point is rolled forward from the disk',
  (outcome) => {
    test.each([1, 2, 3, 4].flatMap((n) => [[n, true] as const, [n, false] as const]))(
      'crash at step %i, before it: %s',
      async (crashAt, before) => {
        const { scanning, crashing, again, index, files, layout, placed, redis, keys } = here
        const record = await scanning()
        await expect(crashing(crashAt, before).settle(record, outcome)).rejects.toThrow('crash')
        await again(record.id, outcome)
        await again(record.id, outcome)

        expect((await index.get(record.id))?.record).toMatchObject({ state: outcome })
        expect(await files.readRecord(record)).toMatchObject({ state: outcome })
        await expect(stat(layout.data('kim', record.id))).rejects.toThrow(/ENOENT/)
        const where = outcome === 'complete' ? placed('deck.k') : layout.quarantined('kim', record.id)
        expect(await readFile(where, 'utf8')).toBe('hello')
        const nowhere = placed(outcome === 'complete' ? 'deck (2).k' : 'deck.k')
        await expect(stat(nowhere)).rejects.toThrow(/ENOENT/)
        const events = (await redis.xrange(keys.events, '-', '+')).map(
          ([, fields]) => fields[fields.indexOf('state') + 1],
        )
        expect(events).toEqual(['receiving', 'received', 'scanning', outcome])
      },
    )
    test('the table above is complete: settling has four such steps', async () => {
      const { settle, calls } = here.crashing(0, true)
      await settle(await here.scanning(), outcome)
      expect(calls()).toBe(4)
    })
  },
)

test('two uploads of one name at once: both are there, none overwrites the other', async () => {
  const records = await Promise.all(Array.from({ length: 6 }, (_, i) => here.scanning({}, `body${i}`)))
  await Promise.all(records.map((record) => here.settle(record, 'complete')))
  const names = ['deck.k', ...[2, 3, 4, 5, 6].map((n) => `deck (${n}).k`)]
  const bodies = await Promise.all(names.map((name) => readFile(here.placed(name), 'utf8')))
  expect(bodies.toSorted()).toEqual(['body0', 'body1', 'body2', 'body3', 'body4', 'body5'])
})

test('a name that somebody took between the decision and the move: decided anew, nothing overwritten', async () => {
  const record = await here.scanning()
  await expect(here.crashing(2, true).settle(record, 'complete')).rejects.toThrow('crash')
  await mkdir(here.placed(''), { recursive: true })
  await writeFile(here.placed('deck.k'), 'not ours')
  await here.again(record.id, 'complete')
  expect(await readFile(here.placed('deck.k'), 'utf8')).toBe('not ours')
  expect(await readFile(here.placed('deck (2).k'), 'utf8')).toBe('hello')
})

test('across file systems a crash behind the copy leaves one file, not two', async () => {
  const record = await here.scanning()
  const staging = here.layout.data('kim', record.id)
  await expect(here.crashing(2, true).settle(record, 'complete')).rejects.toThrow('crash')
  // What EXDEV makes of a link: a copy beside the target, linked to it, and then the staging file goes.
  const target = here.placed('deck.k')
  await mkdir(dirname(target), { recursive: true })
  const copy = join(dirname(target), `.${record.id}.placing`)
  await copyFile(staging, copy)
  await link(copy, target)
  await here.again(record.id, 'complete')
  expect(await readdir(dirname(target))).toEqual(['deck.k'])
  expect(await readFile(target, 'utf8')).toBe('hello')
  await expect(stat(staging)).rejects.toThrow('ENOENT')
})

test('two workers that scanned the same upload at once: what the first decided holds, it is there once', async () => {
  const { keys, index, files } = here
  const { locks, close } = await openLockProcess(sharedRedisUrl(), keys)
  const record = await here.scanning()
  const once = createSettleOnce({ files, locks, settle: createSettleUpload(here) })
  const settle = () => once(record, plainVerdict('complete'), new AbortController().signal)
  await Promise.all([settle(), settle()])
  expect((await index.get(record.id))?.record).toMatchObject({ state: 'complete', placed_path: 'sub/deck.k' })
  expect(await files.readRecord(record)).toMatchObject({ state: 'complete', placed_path: 'sub/deck.k' })
  await expect(stat(here.placed('deck (2).k'))).rejects.toThrow(/ENOENT/)
  close()
})

test('a worker that stops does not wait for another one that settles', async () => {
  const { keys, files } = here
  const { locks, close } = await openLockProcess(sharedRedisUrl(), keys)
  const record = await here.scanning()
  const other = locks.newLock(`settle-${record.id}`)
  await other.lock(new AbortController().signal, () => undefined)
  const once = createSettleOnce({ files, locks, settle: createSettleUpload(here) })
  const settled = once(record, plainVerdict('complete'), AbortSignal.timeout(50))
  await expect(settled).rejects.toMatchObject({ code: 'upload_locked' })
  expect(await files.readRecord(record)).toMatchObject({ decision: null })
  await other.unlock()
  close()
})
