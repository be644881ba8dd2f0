import { copyFile, link, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { Verdict } from '#shared/domain/verdict.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createKeys, type Keys } from '#shared/redis/keys.ts'
import type { RedisClient } from '#shared/redis/redis-client.ts'
import { createUploadIndex } from '#shared/redis/upload-index.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import { createLogger } from '#shared/runtime/logger.ts'
import { createLayout, type Layout } from '#shared/storage/layout.ts'
import { createPlacement } from '#shared/storage/placement.ts'
import { createUploadFiles } from '#shared/storage/upload-files.ts'
import { createRemoveUpload } from '#shared/uploads/remove-upload.ts'
import { createSettleOnce } from '../../workers/scan/settle-once.ts'
import { createSettleUpload } from '../../workers/scan/settle-upload.ts'
import { redisPrefix, sharedRedisUrl } from '../support/redis.ts'
import { makeUploadRoot } from '../support/temp.ts'

let redis: RedisClient
let keys: Keys
let layout: Layout
let removeRoot: () => Promise<void>
beforeAll(() => {
  redis = connectRedis(sharedRedisUrl(), 'command', createLogger('test', 'silent'))
})
afterAll(() => redis.disconnect())
beforeEach(async () => {
  const root = await makeUploadRoot()
  layout = createLayout(root.root)
  removeRoot = root.remove
  keys = createKeys(redisPrefix('settle'))
})
afterEach(() => removeRoot())

const now = () => new Date()
const verdict = (outcome: Verdict['outcome']): Verdict => ({
  outcome,
  reasons: [],
  warnings: [],
  notes: [],
  detected_type: null,
  sha256: null,
  coverage: {
    bytes_total: 5,
    bytes_read: 5,
    bytes_decoded: 5,
    entries: 0,
    depth: 0,
    engines: [],
    limits_hit: [],
    not_inspected: [],
  },
  policy_version: 'test',
  decided_at: now().toISOString(),
})

function parts() {
  const files = createUploadFiles(layout)
  const placement = createPlacement(layout)
  const index = createUploadIndex({ redis, keys })
  return {
    files,
    placement,
    index,
    removeUpload: createRemoveUpload({ files, placement, index, now, log: createLogger('test', 'silent') }),
    now,
  }
}

/** An upload that is being scanned, as the worker finds it. */
async function scanning(more: Partial<UploadRecord> = {}, body = 'hello'): Promise<UploadRecord> {
  const at = now().toISOString()
  const record: UploadRecord = {
    ...{
      version: 1,
      id: uuidv7(),
      owner: 'kim',
      job: 'job',
      path: 'sub/deck.k',
      placed_path: null,
      length: body.length,
      state: 'receiving',
    },
    ...{
      on_conflict: 'rename',
      declared_sha256: null,
      declared_type: null,
      metadata: '',
      created_at: at,
      updated_at: at,
      expires_at: at,
    },
    ...{ decision: null, verdict: null, held_reason: null },
    ...more,
  }
  const { files, index } = parts()
  await index.create(record, body.length, { quotaBytes: -1, freeBytes: -1 })
  await files.create(record)
  await writeFile(layout.data('kim', record.id), body)
  await files.writeRecord({ ...record, state: 'received' })
  await index.step('finish', record, body.length)
  await index.step('scan', record, body.length)
  return { ...record, state: 'received' }
}

/** A crash: the n-th call of anything that changes disk or Redis does not happen, or happens and nobody hears of it. */
function crashing(crashAt: number, before: boolean) {
  let calls = 0
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(object, name, self) {
        const member = Reflect.get(object, name, self)
        if (
          typeof member !== 'function' ||
          [
            'stat',
            'readRecord',
            'get',
            'getMany',
            'isTaken',
            'chooseTarget',
            'locate',
            'holdsPlace',
            'isOurs',
            'inodeAt',
          ].includes(String(name))
        )
          return member
        return async (...args: unknown[]) => {
          const dies = ++calls === crashAt
          if (dies && before) throw new Error('crash')
          const answer = await member.apply(object, args)
          if (dies) throw new Error('crash')
          return answer
        }
      },
    })
  const { files, placement, index, removeUpload } = parts()
  return {
    settle: createSettleUpload({
      files: wrap(files),
      placement: wrap(placement),
      index: wrap(index),
      removeUpload,
      now,
    }),
    calls: () => calls,
  }
}

/** What a new worker does: it begins with what the disk says. */
async function again(id: string, outcome: Verdict['outcome']): Promise<void> {
  const { files } = parts()
  const record = await files.readRecord({ owner: 'kim', id })
  if (record === undefined) throw new Error('the record is gone')
  await createSettleUpload(parts())(record, verdict(outcome))
}

describe.each(['complete', 'quarantined'] as const)(
  '%s: a crash at any point is rolled forward from the disk',
  (outcome) => {
    test.each([1, 2, 3, 4].flatMap((n) => [[n, true] as const, [n, false] as const]))(
      'crash at step %i, before it: %s',
      async (crashAt, before) => {
        const record = await scanning()
        const { settle } = crashing(crashAt, before)
        await expect(settle(record, verdict(outcome))).rejects.toThrow('crash')
        await again(record.id, outcome)
        await again(record.id, outcome)

        const { index, files } = parts()
        expect((await index.get(record.id))?.record).toMatchObject({ state: outcome })
        expect(await files.readRecord(record)).toMatchObject({ state: outcome })
        await expect(stat(layout.data('kim', record.id))).rejects.toThrow(/ENOENT/)
        const where =
          outcome === 'complete' ? layout.placed('kim', 'job', 'sub/deck.k') : layout.quarantined('kim', record.id)
        expect(await readFile(where, 'utf8')).toBe('hello')
        await expect(
          stat(layout.placed('kim', 'job', outcome === 'complete' ? 'sub/deck (2).k' : 'sub/deck.k')),
        ).rejects.toThrow(/ENOENT/)
        const events = (await redis.xrange(keys.events, '-', '+')).map(
          ([, fields]) => fields[fields.indexOf('state') + 1],
        )
        expect(events).toEqual(['receiving', 'received', 'scanning', outcome])
      },
    )
    test('the table above is complete: settling has four such steps', async () => {
      const { settle, calls } = crashing(0, true)
      await settle(await scanning(), verdict(outcome))
      expect(calls()).toBe(4)
    })
  },
)

test('two uploads of one name at once: both are there, none overwrites the other', async () => {
  const records = await Promise.all(Array.from({ length: 6 }, (_, i) => scanning({}, `body${i}`)))
  await Promise.all(records.map((record) => createSettleUpload(parts())(record, verdict('complete'))))
  const names = ['deck.k', ...[2, 3, 4, 5, 6].map((n) => `deck (${n}).k`)]
  const bodies = await Promise.all(names.map((name) => readFile(layout.placed('kim', 'job', `sub/${name}`), 'utf8')))
  expect(bodies.toSorted()).toEqual(['body0', 'body1', 'body2', 'body3', 'body4', 'body5'])
})

test('a name that somebody took between the decision and the move: decided anew, nothing overwritten', async () => {
  const record = await scanning()
  const { settle } = crashing(2, true)
  await expect(settle(record, verdict('complete'))).rejects.toThrow('crash')
  await mkdir(layout.placed('kim', 'job', 'sub'), { recursive: true })
  await writeFile(layout.placed('kim', 'job', 'sub/deck.k'), 'not ours')
  await again(record.id, 'complete')
  expect(await readFile(layout.placed('kim', 'job', 'sub/deck.k'), 'utf8')).toBe('not ours')
  expect(await readFile(layout.placed('kim', 'job', 'sub/deck (2).k'), 'utf8')).toBe('hello')
})

test('across file systems a crash behind the copy leaves one file, not two', async () => {
  const record = await scanning()
  const staging = layout.data('kim', record.id)
  const { settle } = crashing(2, true)
  await expect(settle(record, verdict('complete'))).rejects.toThrow('crash')
  // What EXDEV makes of a link: a copy beside the target, linked to it, and then the staging file goes.
  const target = layout.placed('kim', 'job', 'sub/deck.k')
  await mkdir(dirname(target), { recursive: true })
  const copy = join(dirname(target), `.${record.id}.placing`)
  await copyFile(staging, copy)
  await link(copy, target)
  await again(record.id, 'complete')
  expect(await readdir(dirname(target))).toEqual(['deck.k'])
  expect(await readFile(target, 'utf8')).toBe('hello')
  await expect(stat(staging)).rejects.toThrow('ENOENT')
})

test('replace over an existing file: in one step, and again after a crash', async () => {
  await mkdir(layout.placed('kim', 'job', 'sub'), { recursive: true })
  await writeFile(layout.placed('kim', 'job', 'sub/deck.k'), 'old')
  const record = await scanning({ on_conflict: 'replace' })
  const { settle } = crashing(2, false)
  await expect(settle(record, verdict('complete'))).rejects.toThrow('crash')
  await again(record.id, 'complete')
  expect(await readFile(layout.placed('kim', 'job', 'sub/deck.k'), 'utf8')).toBe('hello')
})

test('replaced by another upload, and a crash before its record and charge are gone: both still go, once', async () => {
  const first = await scanning()
  await createSettleUpload(parts())(first, verdict('complete'))
  const second = await scanning({ on_conflict: 'replace' }, 'goodbye')
  const { settle } = crashing(4, false)
  await expect(settle(second, verdict('complete'))).rejects.toThrow('crash')

  const { index, removeUpload } = parts()
  expect(await index.quota('kim', null)).toMatchObject({ used: 'hello'.length + 'goodbye'.length })
  const left = await index.replaced()
  expect(left).toEqual([first.id])
  // As the sweep does it, and again.
  for (const id of [...left, ...left]) await removeUpload.removeReplaced(id)
  expect(await index.replaced()).toEqual([])
  expect((await index.get(first.id))?.record.state).toBe('deleted')
  expect(await index.quota('kim', null)).toMatchObject({ used: 'goodbye'.length, reserved: 0 })
  expect(await readFile(layout.placed('kim', 'job', 'sub/deck.k'), 'utf8')).toBe('goodbye')
})

test('deleted by who saw it in its scan, and it is complete meanwhile: its file goes too', async () => {
  const record = await scanning()
  const { index, removeUpload } = parts()
  const seen = await index.get(record.id)
  await createSettleUpload(parts())(record, verdict('complete'))
  await removeUpload.remove(seen?.record ?? record, 5, 'delete')
  expect((await index.get(record.id))?.record).toMatchObject({ state: 'deleted', placed_path: 'sub/deck.k' })
  await expect(stat(layout.placed('kim', 'job', 'sub/deck.k'))).rejects.toThrow('ENOENT')
  expect(await index.quota('kim', null)).toMatchObject({ used: 0, reserved: 0 })
})

test('an admission that Redis got twice is one admission; another of the same id is refused', async () => {
  const { index } = parts()
  const record = await scanning()
  const created = { ...record, id: uuidv7(), state: 'receiving' as const }
  const room = { quotaBytes: -1, freeBytes: -1 }
  expect((await index.create(created, 5, room)).kind).toBe('created')
  expect((await index.create(created, 5, room)).kind).toBe('created')
  expect(await index.quota('kim', null)).toMatchObject({ reserved: 5 })
  expect((await index.create({ ...created, path: 'other.k' }, 5, room)).kind).toBe('exists')
})

test('replaced by another upload before its own step was made: it is not complete with bytes of the other', async () => {
  const plan = { on_conflict: 'replace' as const }
  const first = await scanning(plan, 'first')
  const { settle } = crashing(3, true)
  await expect(settle(first, verdict('complete'))).rejects.toThrow('crash')
  const second = await scanning(plan, 'later')
  await again(second.id, 'complete')
  await expect(again(first.id, 'complete')).rejects.toMatchObject({ code: 'replaced_meanwhile' })
  expect(await readFile(layout.placed('kim', 'job', 'sub/deck.k'), 'utf8')).toBe('later')
  expect((await parts().index.get(second.id))?.record.state).toBe('complete')
})

test('two workers that scanned the same upload at once: what the first decided holds, it is there once', async () => {
  const subscriber = connectRedis(sharedRedisUrl(), 'subscriber', createLogger('test', 'silent'))
  const locks = createUploadLocks({ redis, subscriber, keys, log: createLogger('test', 'silent') })
  await locks.listen()
  const record = await scanning()
  const once = createSettleOnce({ files: parts().files, locks, settle: createSettleUpload(parts()) })
  await Promise.all([once(record, verdict('complete')), once(record, verdict('complete'))])
  const { index, files } = parts()
  expect((await index.get(record.id))?.record).toMatchObject({ state: 'complete', placed_path: 'sub/deck.k' })
  expect(await files.readRecord(record)).toMatchObject({ state: 'complete', placed_path: 'sub/deck.k' })
  await expect(stat(layout.placed('kim', 'job', 'sub/deck (2).k'))).rejects.toThrow(/ENOENT/)
  subscriber.disconnect()
})
