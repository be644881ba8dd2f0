import { readdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { v7 as uuidv7 } from 'uuid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { laterThan, type UploadRecord } from '#shared/domain/upload-record.ts'
import { uploadRecord } from '../support/upload-record.ts'
import { openUploads, type UploadsHere } from '../support/uploads-here.ts'

let here: UploadsHere
beforeEach(async () => {
  here = await openUploads()
})
afterEach(() => here.close())

const STATES = ['receiving', 'received', 'scanning', 'complete', 'quarantined'] as const

/** Two owners with an upload in each state, one of unknown length, and one deleted. */
async function someOfEach(): Promise<UploadRecord[]> {
  const made: UploadRecord[] = []
  for (const owner of ['kim', 'lee'])
    for (const state of STATES) made.push(await here.bringTo(uploadRecord({ owner, path: `${state}.k` }), state))
  made.push(await here.bringTo(uploadRecord({ length: null }), 'receiving', 'some'))
  const gone = await here.bringTo(uploadRecord({ path: 'gone.k' }), 'complete')
  await here.removeUpload.remove(gone, 5, 'delete')
  return made
}

/** What a rebuild cannot know: who is being scanned just now, and how far an unknown length was reserved. */
const known = (picture: Record<string, object>) =>
  JSON.parse(JSON.stringify(picture).replaceAll('scanning"', 'received"')) as object

test('Redis empty: records, lists, quotas, places and jobs come back; a second time nothing changes', async () => {
  await someOfEach()
  const [scanning] = await here.index.getMany(await ids('scanning'))
  const before = await here.picture()
  expect(await here.flush()).toBeGreaterThan(0)

  const report = await here.rebuild()
  expect(report).toMatchObject({ restored: 12, replaced: 0, queued: 4, damaged: 0, built: true })
  const after = await here.picture()
  expect(Object.keys(after)).toEqual(Object.keys(before).filter((name) => !name.endsWith('state:scanning')))
  expect(await quotas()).toEqual({ kim: { used: 20, reserved: 9 }, lee: { used: 20, reserved: 5 } })
  expect(scanning && (await here.line.has(scanning.record))).toBe(true)
  expect(await here.redis.hget(here.keys.site, 'pending')).toBe('0')

  expect(await here.rebuild()).toMatchObject({
    restored: 0,
    replaced: 0,
    present: 12,
    queued: 0,
    quotas: 0,
    built: true,
  })
  expect(await here.picture()).toEqual(after)
})

const ids = (state: string) => here.redis.zrange(here.keys.stateUploads(state), '0', '-1')
const quotas = async () =>
  Object.fromEntries(
    await Promise.all(
      ['kim', 'lee'].map(async (owner) => {
        const { used, reserved } = await here.index.quota(owner, null)
        return [owner, { used, reserved }] as const
      }),
    ),
  )

test('Redis complete: nothing changes, also not in a dry run', async () => {
  await someOfEach()
  const before = await here.picture()
  const none = { restored: 0, replaced: 0, queued: 0, quotas: 0, losers: 0, damaged: 0 }
  // The line knows those that wait; it has no worker, and so gives nothing to the queue.
  expect(await here.rebuild({ dryRun: true })).toMatchObject({ ...none, present: 12, built: false })
  expect(await here.rebuild()).toMatchObject({ ...none, present: 12, built: true })
  expect(await here.picture()).toEqual(before)
})

test.each(['upload:*', 'uploads*', 'state:*', 'quota:*', 'placed:*', 'site', 'uploads:kim', 'quota:lee'])(
  'Redis without %s: all is as before',
  async (match) => {
    await someOfEach()
    const before = known(await here.picture())
    expect(await here.flush(match)).toBeGreaterThan(0)
    expect(await here.rebuild({ dryRun: true })).toMatchObject({ damaged: 0 })
    await here.rebuild()
    const after = known(await here.picture())
    if (match !== 'upload:*' && match !== 'state:*') expect(after).toEqual(before)
    expect(await quotas()).toEqual({ kim: { used: 20, reserved: 9 }, lee: { used: 20, reserved: 5 } })
    expect(await here.index.ids('kim', null, 100)).toHaveLength(6)
    expect(await here.redis.hgetall(here.keys.placed('kim'))).toEqual({ 'job/complete.k': (await ids('complete'))[0] })
  },
)

test('a later record in Redis is not overwritten by an earlier one on disk; a later one on disk is put in its place', async () => {
  const record = await here.bringTo(uploadRecord(), 'received')
  const later = { ...record, updated_at: new Date(Date.parse(record.updated_at) + 5_000).toISOString() }
  await here.index.step('hold', { ...later, held_reason: 'by hand' }, 5)
  expect(await here.rebuild()).toMatchObject({ present: 1, replaced: 0 })
  expect((await here.index.get(record.id))?.record).toMatchObject({ state: 'held', held_reason: 'by hand' })

  // Redis was restarted without its last second: it knows the upload as it was before it was deleted.
  const other = await here.bringTo(uploadRecord(), 'complete')
  const text = JSON.stringify({ ...other, state: 'deleted', updated_at: later.updated_at })
  await writeFile(here.layout.record('kim', other.id), text)
  expect(await here.rebuild()).toMatchObject({ present: 1, replaced: 1, quotas: 0 })
  expect((await here.index.get(other.id))?.record.state).toBe('deleted')
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 5, reserved: 0 })
})

test('records that are cut off, damaged or somebody else’s are set aside and told; their bytes stay, the others come back', async () => {
  const good = await here.bringTo(uploadRecord(), 'receiving')
  const bad = await Promise.all(Array.from({ length: 4 }, () => here.bringTo(uploadRecord(), 'receiving')))
  const [cut, empty, foreign, nonsense] = bad.map(({ id }) => here.layout.record('kim', id))
  await truncate(cut ?? '', 100)
  await truncate(empty ?? '', 0)
  await writeFile(foreign ?? '', JSON.stringify(uploadRecord({ owner: 'lee' })))
  await writeFile(nonsense ?? '', '\0'.repeat(500))
  await here.flush()

  expect(await here.rebuild({ dryRun: true })).toMatchObject({ restored: 1, damaged: 4 })
  const report = await here.rebuild()
  expect(report).toMatchObject({ restored: 1, damaged: 4, built: true })
  expect(report.problems.toSorted()).toEqual(
    bad.map(({ id }) => expect.stringMatching(`^users/kim/.airlock/${id}.json: .*renamed to ${id}.json.damaged$`)),
  )
  for (const { id } of bad) {
    expect((await stat(`${here.layout.record('kim', id)}.damaged`)).isFile()).toBe(true)
    expect(await readFile(here.layout.data('kim', id), 'utf8')).toBe('hello')
    expect(await here.index.get(id)).toBeUndefined()
  }
  expect((await here.index.get(good.id))?.received).toBe(5)
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 0, reserved: 5 })
  expect(await here.rebuild()).toMatchObject({ present: 1, damaged: 0 })
})

test('while a rebuild runs, uploads are created, finished and deleted: the quotas are exact', async () => {
  const old = await Promise.all(
    Array.from({ length: 60 }, (_, i) => here.bringTo(uploadRecord({ path: `${i}` }), 'received')),
  )
  await here.flush()
  const more = async (i: number) => {
    const record = await here.bringTo(uploadRecord({ path: `new ${i}` }), 'receiving')
    const received: UploadRecord = { ...record, state: 'received', updated_at: laterThan(record, here.now()) }
    await here.files.writeRecord(received)
    if (i % 2 === 0) expect(await here.index.step('finish', received, 5)).toMatchObject({ kind: 'stepped' })
    const first = old[i]
    if (first !== undefined) expect(await here.index.step('scan', first, 5)).toMatchObject({ kind: 'stepped' })
  }
  await Promise.all([here.rebuild(), here.rebuild(), ...Array.from({ length: 40 }, (_, i) => more(i))])
  await here.rebuild()
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 100 * 5, reserved: 0 })
  expect(await here.redis.hget(here.keys.site, 'pending')).toBe('0')
  expect(await ids('scanning')).toHaveLength(40)
})

test('Redis loses its data again in the middle: the rebuild begins anew', async () => {
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, i) => here.bringTo(uploadRecord({ path: `${i}` }), 'received')),
  )
  await here.flush()
  let seen = 0
  let flushed: Promise<unknown> | undefined
  const guard = () => {
    if (++seen === 10) flushed = here.flush()
  }
  expect(await here.rebuild({ guard })).toMatchObject({ built: true })
  await flushed
  expect(seen).toBeGreaterThanOrEqual(40)
  expect(await here.index.getMany(made.map(({ id }) => id))).toHaveLength(20)
})

test('a step for an upload that Redis has forgotten is made all the same, from the record on disk', async () => {
  const receiving = await here.bringTo(uploadRecord(), 'receiving')
  const scanning = await here.bringTo(uploadRecord(), 'scanning')
  await here.flush()
  expect(await here.index.step('expire', { ...receiving, state: 'expired' }, 5)).toMatchObject({ kind: 'stepped' })
  // The worker had written what it decided before it could step.
  const final = { ...scanning, state: 'quarantined', updated_at: new Date().toISOString() } as const
  await here.files.writeRecord(final)
  expect(await here.index.step('quarantine', final, 5)).toMatchObject({ kind: 'stepped' })
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 5, reserved: 0 })
  expect(await here.index.step('delete', uploadRecord({ id: uuidv7() }), 0)).toEqual({ kind: 'missing' })
})

test('an upload that Redis has forgotten is found by its id, with or without its owner', async () => {
  const record = await here.bringTo(uploadRecord(), 'receiving')
  await here.flush()
  expect(await here.lookup.find(record.id, 'lee')).toBeUndefined()
  expect(await here.lookup.find(record.id, 'kim')).toMatchObject({ received: 5, record: { state: 'receiving' } })
  await here.flush()
  expect(await here.lookup.live(record.id, null)).toMatchObject({ record: { owner: 'kim' } })
})

test('a final waits for its partials again, one that is received has taken them along', async () => {
  const partial = { concat: { kind: 'partial' } } as const
  const waiting = await finalOf([await here.bringTo(uploadRecord(partial), 'receiving')], 'receiving')
  const received = await finalOf([await here.bringTo(uploadRecord(partial), 'receiving')], 'received')
  await here.flush()
  expect(await here.rebuild()).toMatchObject({ damaged: 0, quotas: 0, built: true })
  expect(await here.index.get(waiting.pieces[0] ?? '')).toMatchObject({ partial: { whole: true, final: waiting.id } })
  expect((await here.index.get(received.pieces[0] ?? ''))?.record.state).toBe('deleted')
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 5, reserved: 5 })
  expect((await here.index.ids('kim', null, 10)).toSorted()).toEqual([waiting.id, received.id].toSorted())
})

async function finalOf(pieces: readonly UploadRecord[], state: 'receiving' | 'received') {
  const concat = {
    kind: 'final',
    header: '',
    assembled: 0,
    pieces: pieces.map(({ id }) => ({ id, length: 5 })),
  } as const
  const record = uploadRecord({ concat, length: 5 * pieces.length, state })
  await here.files.create({ ...record, state: 'receiving' })
  await here.files.removeData(record)
  await here.files.writeRecord(record)
  return { id: record.id, pieces: pieces.map(({ id }) => id) }
}

test('of two uploads at one place the later one has it, the other is replaced', async () => {
  const first = await here.bringTo(uploadRecord(), 'complete')
  const at = new Date(Date.parse(first.updated_at) + 1_000).toISOString()
  const second = { ...first, id: uuidv7(), updated_at: at }
  await here.files.writeRecord(second)
  await here.flush()
  expect(await here.rebuild()).toMatchObject({ restored: 2, losers: 1 })
  expect((await here.index.get(first.id))?.record.state).toBe('deleted')
  expect((await here.index.get(second.id))?.record.state).toBe('complete')
  expect(await readFile(here.layout.placed('kim', 'job', 'deck.k'), 'utf8')).toBe('hello')
  expect(await here.index.quota('kim', null)).toMatchObject({ used: 5 })
})

test('a rebuild that is interrupted leaves no mark of itself; that of a killed one ends soon', async () => {
  await here.bringTo(uploadRecord(), 'received')
  await here.flush()
  const marks = () => here.redis.keys(here.keys.rebuilding('*'))
  // In one step, before it is removed.
  const lifeOfMark = "return redis.call('TTL', redis.call('KEYS', ARGV[1])[1])"
  let life: Promise<unknown> = Promise.resolve()
  const guard = () => {
    life = here.redis.eval(lifeOfMark, 0, here.keys.rebuilding('*'))
    throw new Error('interrupted')
  }
  await expect(here.rebuild({ guard })).rejects.toThrow('interrupted')
  expect(await life).toBeGreaterThan(60)
  expect(await life).toBeLessThanOrEqual(120)
  expect(await marks()).toEqual([])
  expect(await here.upkeep.isBuilt()).toBe(false)
})

test('an upload root that is away is not taken for a site without uploads', async () => {
  await here.bringTo(uploadRecord(), 'received')
  await here.flush()
  await rename(here.layout.marker, `${here.layout.marker}.away`)
  await expect(here.rebuild()).rejects.toMatchObject({ code: 'root_missing' })
  await expect(here.staging.isEmpty()).resolves.toBe(false)
  expect(await here.upkeep.isBuilt()).toBe(false)
  await rename(`${here.layout.marker}.away`, here.layout.marker)
  expect((await readdir(here.layout.staging('kim'))).length).toBe(2)
})

test.each([
  ['a newer record in the same state is no step', uploadRecord(), 'receiving', 'receiving'],
  ['a partial is nobody told of', uploadRecord({ concat: { kind: 'partial' } }), 'receiving', 'receiving'],
  ['the disk does not know of a scan under way', uploadRecord(), 'scanning', 'scanning'],
] as const)('read again from the disk: %s, so no event is told', async (_name, wanted, state, after) => {
  const record = await here.bringTo({ ...wanted, id: uuidv7() }, state)
  const onDisk = await here.files.readRecord(record)
  const later = { ...(onDisk ?? record), updated_at: new Date(Date.now() + 60_000).toISOString() }
  await here.files.writeRecord(later)
  const found = await here.disk.read(record)
  if (found === undefined) throw new Error('no record')
  const before = await here.redis.xlen(here.keys.events)
  await here.upkeep.restore(found, { tell: true })
  expect((await here.index.get(record.id))?.record.state).toBe(after)
  expect(await here.redis.xlen(here.keys.events)).toBe(before)
})
