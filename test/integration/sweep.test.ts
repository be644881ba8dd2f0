import { appendFile, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { connectRedis } from '#shared/redis/connect.ts'
import { createUploadLocks } from '#shared/redis/upload-lock.ts'
import { dayOf } from '#shared/storage/ledger.ts'
import { createFinishUpload } from '#shared/uploads/finish-upload.ts'
import { createActions } from '../../workers/sweep/actions.ts'
import { createSweep } from '../../workers/sweep/sweep-uploads.ts'
import { type ReconcileHow, reconcileHere } from '../support/reconcile-here.ts'
import { sharedRedisUrl } from '../support/redis.ts'
import { uploadRecord } from '../support/upload-record.ts'
import { openUploads, type UploadsHere } from '../support/uploads-here.ts'

const DAY_MS = 86_400_000
const free = (): void => undefined
let here: UploadsHere
const undo: (() => unknown)[] = []
beforeEach(async () => {
  here = await openUploads()
})
afterEach(async () => {
  for (const step of undo.splice(0)) step()
  await here.close()
})

const reconcile = (how?: ReconcileHow) => reconcileHere(here, how)
const staged = async () => (await readdir(here.layout.staging('kim')).catch(() => [])).toSorted()
const age = (path: string, ms: number) => utimes(path, new Date(Date.now() - ms), new Date(Date.now() - ms))

/** An upload of some days ago. */
const old = (days: number, more: Partial<UploadRecord> = {}) => {
  const at = new Date(Date.now() - days * DAY_MS).toISOString()
  return uploadRecord({ id: uuidv7({ msecs: Date.parse(at) }), created_at: at, updated_at: at, ...more })
}

describe('the ledger', () => {
  test('takes what is complete or gone; what a person decides about, or is under way, keeps its record', async () => {
    const complete = await here.bringTo(uploadRecord(), 'complete')
    const gone = await here.bringTo(uploadRecord({ path: 'gone.k' }), 'complete')
    await here.removeUpload.remove(gone, 5, 'delete')
    const kept = [
      await here.bringTo(uploadRecord({ path: 'q.k' }), 'quarantined'),
      await here.bringTo(uploadRecord({ path: 's.k' }), 'scanning'),
      await here.bringTo(uploadRecord({ path: 'r.k' }), 'receiving'),
    ]
    const picture = await here.picture()
    expect(await reconcile({ ledgerAfterMs: 60_000 })).toEqual({})
    expect(await reconcile()).toEqual({ fold: 2 })
    expect((await staged()).filter((name) => name.endsWith('.json'))).toEqual(
      kept.map(({ id }) => `${id}.json`).toSorted(),
    )
    const text = await readFile(here.layout.ledgerDay('kim', dayOf(complete.id)), 'utf8')
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as UploadRecord).state)
        .toSorted(),
    ).toEqual(['complete', 'deleted'])
    expect(await here.ledger.find('kim', complete.id)).toMatchObject({
      id: complete.id,
      verdict: null,
      placed_path: 'deck.k',
    })
    expect(await here.picture()).toEqual(picture)

    await here.flush()
    expect(await here.rebuild()).toMatchObject({ records: 3, ledgerLines: 2, damaged: 0 })
    expect(await here.index.quota('kim', null)).toMatchObject({ used: 15, reserved: 5 })
    expect((await here.index.get(gone.id))?.record.state).toBe('deleted')
    expect(await here.redis.zcard(here.keys.stateUploads('deleted'))).toBe(0)
  })

  const crashes = ['before it is written', 'after it is written', 'before it is removed'] as const
  test.each(crashes)('a crash %s: nothing is lost, a second line counts as one', async (when) => {
    const record = await here.bringTo(uploadRecord(), 'complete')
    const ledger = {
      ...here.ledger,
      async append(...args: Parameters<typeof here.ledger.append>) {
        if (when === 'before it is written') throw new Error('crash')
        await here.ledger.append(...args)
        if (when === 'after it is written') throw new Error('crash')
        return []
      },
    }
    let calls = 0
    const guard = () => {
      if (when === 'before it is removed' && ++calls > 5) throw new Error('crash')
    }
    await reconcile({ ledger, guard }).catch((error: Error) => expect(error.message).toBe('crash'))
    // Whatever the crash left, the disk alone has the upload.
    await here.flush()
    await here.rebuild()
    expect((await here.index.get(record.id))?.record).toMatchObject({ state: 'complete' })
    await reconcile()
    expect(await staged()).toEqual([])
    expect(await here.ledger.find('kim', record.id)).toEqual(record)
    await here.flush()
    expect(await here.rebuild()).toMatchObject({ records: 0, restored: 1, damaged: 0 })
    expect(await here.index.quota('kim', null)).toMatchObject({ used: 5 })
  })

  test('a torn last line is set aside and told, and goes on; a damaged one in the middle is passed over', async () => {
    const [first, second, third] = [1, 2, 3].map((n) => uploadRecord({ path: `${n}.k` }))
    if (first === undefined || second === undefined || third === undefined) throw new Error('no records')
    await here.bringTo(first, 'complete')
    await reconcile()
    const file = here.layout.ledgerDay('kim', dayOf(first.id))
    await appendFile(file, `damaged\n${JSON.stringify(second).slice(0, 90)}`)
    await here.bringTo(third, 'complete')
    expect(await here.rebuild()).toMatchObject({ damaged: 2, ledgerLines: 1, built: true })
    expect(await reconcile()).toEqual({ fold: 1, set_line_aside: 1 })
    const aside = (await readdir(here.layout.ledger('kim'))).filter((name) => name.includes('torn'))
    expect(await readFile(join(here.layout.ledger('kim'), aside[0] ?? ''), 'utf8')).toBe(
      JSON.stringify(second).slice(0, 90),
    )
    expect(await here.ledger.find('kim', third.id)).toMatchObject({ path: '3.k' })
    expect(await here.rebuild()).toMatchObject({ damaged: 1, ledgerLines: 2 })
  })

  test('an upload that is deleted after it was folded, and the empty directory removed, stays deleted', async () => {
    const record = await here.bringTo(uploadRecord(), 'complete')
    await reconcile()
    await expect(readdir(here.layout.staging('kim'))).rejects.toThrow('ENOENT')
    await here.removeUpload.remove(record, 5, 'delete')
    expect(await staged()).toEqual([`${record.id}.json`])
    for (const look of [here.rebuild, reconcile]) {
      await here.flush()
      await look()
      expect((await here.index.get(record.id))?.record.state).toBe('deleted')
      expect(await here.index.quota('kim', null)).toMatchObject({ used: 0 })
    }
    expect(await reconcile()).toEqual({ fold: 1 })
    expect(await here.ledger.find('kim', record.id)).toMatchObject({ state: 'deleted' })
    await here.flush()
    await here.rebuild()
    expect((await here.index.get(record.id))?.record.state).toBe('deleted')
  })

  test('a record is written where its directory is missing, never below a mount point that is empty', async () => {
    const record = uploadRecord({ state: 'deleted' })
    await rename(here.layout.marker, `${here.layout.marker}.away`)
    await expect(here.files.writeRecord(record)).rejects.toMatchObject({ code: 'root_missing' })
    await expect(readdir(here.layout.staging('kim'))).rejects.toThrow('ENOENT')
    await rename(`${here.layout.marker}.away`, here.layout.marker)
    await here.files.writeRecord(record)
    expect(await staged()).toEqual([`${record.id}.json`])
  })

  test('an upload that is deleted while it is folded is deleted afterwards too', async () => {
    const record = await here.bringTo(uploadRecord(), 'complete')
    const ledger = {
      ...here.ledger,
      async append(...args: Parameters<typeof here.ledger.append>) {
        await here.removeUpload.remove(record, 5, 'delete')
        return here.ledger.append(...args)
      },
    }
    await reconcile({ ledger })
    await here.flush()
    await here.rebuild()
    expect((await here.index.get(record.id))?.record.state).toBe('deleted')
    expect(await here.index.quota('kim', null)).toMatchObject({ used: 0 })
  })
})

test('after the retention Redis knows nothing more of an upload; the ledger answers for it', async () => {
  const record = await here.bringTo(old(31), 'complete')
  const young = await here.bringTo(old(29, { path: 'young.k' }), 'complete')
  await reconcile()
  expect(await reconcile()).toEqual({})
  expect(await here.index.get(record.id)).toBeUndefined()
  expect(await here.redis.hkeys(here.keys.placed('kim'))).toEqual(['job/young.k'])
  expect(await here.index.ids('kim', null, 10)).toEqual([young.id])
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 5 })

  const found = await here.lookup.find(record.id, 'kim')
  expect(found).toMatchObject({ archived: true, record: { id: record.id, state: 'complete' } })
  expect(await here.placement.isOurs(record)).toBe(true)
  // Somebody put another file there.
  const placed = here.layout.placed('kim', 'job', 'deck.k')
  await rename(placed, `${placed}.old`)
  await writeFile(placed, 'other')
  expect(await here.placement.isOurs(record)).toBe(false)

  await here.flush()
  expect(await here.rebuild()).toMatchObject({ ledgerLines: 1, restored: 1 })
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 5 })
})

test('a record that Redis has lost is put back, one that the disk has lost is written again, a quota that leaked is corrected', async () => {
  const forgotten = await here.bringTo(uploadRecord(), 'received')
  await here.flush(`upload:${forgotten.id}`)
  const lost = await here.bringTo(old(1), 'received')
  await here.files.removeRecord(lost)
  await here.redis.hincrby(here.keys.quota('lee'), 'reserved', 7)
  await here.redis.hincrby(here.keys.site, 'pending', 7)
  await here.bringTo(uploadRecord({ owner: 'lee' }), 'receiving')
  expect(await reconcile()).toEqual({ restore: 1, write_record: 1, correct_quota: 3 })
  expect(await here.files.readRecord(lost)).toMatchObject({ id: lost.id, state: 'received' })
  expect(await here.index.quota('lee', null)).toMatchObject({ used: 0, reserved: 5 })
  expect(await reconcile()).toEqual({})
})

test('the sweep does not read what stands still for long, and a thorough one does', async () => {
  const other = connectRedis(sharedRedisUrl(), 'subscriber', here.log)
  undo.push(() => other.disconnect())
  const locks = createUploadLocks({ ...here, subscriber: other })
  await locks.listen()
  const looked: string[] = []
  const files = {
    ...here.files,
    stat: (named: UploadRecord) => {
      looked.push(named.id)
      return here.files.stat(named)
    },
  } as typeof here.files
  const finish = createFinishUpload({ ...here, locks })
  const actions = createActions(here.log, here.upkeep.addActions)
  const sweep = createSweep({ ...here, files, locks, finish, rules: { uploadExpiryMs: 30 * DAY_MS }, actions })
  const standing = await here.bringTo(uploadRecord({ length: 9 }), 'receiving')
  const whole = await here.bringTo(uploadRecord({ path: 'whole.k' }), 'receiving')
  const hour = Date.now() - 3_600_000
  await age(here.layout.data('kim', whole.id), 3_600_000)
  for (const { id } of [standing, whole]) await here.redis.zadd(here.keys.stateUploads('receiving'), hour, id)
  await sweep(free)
  expect(looked).toEqual([])
  await sweep(free, true)
  expect((await here.index.get(whole.id))?.record.state).toBe('received')
  await actions.flush()
  expect(await here.upkeep.actions()).toEqual({ finish: '1' })
  const stop = () => {
    throw new Error('lease lost')
  }
  await here.redis.zadd(here.keys.stateUploads('receiving'), hour, standing.id)
  await expect(sweep(stop, true)).rejects.toThrow('lease lost')
})
