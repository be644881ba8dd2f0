import { access, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { v7 as uuidv7 } from 'uuid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { plainVerdict } from '../support/plain-verdict.ts'
import { reconcileHere } from '../support/reconcile-here.ts'
import { uploadRecord } from '../support/upload-record.ts'
import { openUploads, type UploadsHere } from '../support/uploads-here.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
let here: UploadsHere
beforeEach(async () => {
  here = await openUploads()
})
afterEach(() => here.close())

/** A file that nobody has touched for `ms`. */
async function leave(folder: string, name: string, ms: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name), 'bytes')
  await utimes(join(folder, name), new Date(Date.now() - ms), new Date(Date.now() - ms))
}
const namesIn = async (folder: string) => (await readdir(folder)).toSorted()

test('in staging: temporary files go, bytes without a record are told, and set aside after a month', async () => {
  const { id } = await here.bringTo(uploadRecord(), 'receiving')
  const staging = here.layout.staging('kim')
  const [young, month] = [uuidv7(), uuidv7()]
  await leave(staging, `${id}.json.x.tmp`, 2 * HOUR_MS)
  await leave(staging, `${id}.json.y.tmp`, 60_000)
  await leave(staging, `${young}.data`, 2 * HOUR_MS)
  await leave(staging, `${month}.data`, 31 * DAY_MS)
  expect(await reconcileHere(here)).toEqual({ remove_temporary: 1, report_orphan: 1, set_orphan_aside: 1 })
  expect(await namesIn(staging)).toEqual(
    [`${id}.data`, `${id}.json`, `${id}.json.y.tmp`, `${young}.data`, `${month}.data.orphan`].toSorted(),
  )
})

test('in quarantine the same; what has a record stays as it is, whether Redis knows of it or not', async () => {
  const kept = [uploadRecord({ path: 'a.k' }), uploadRecord({ path: 'b.k' })]
  for (const record of kept) await here.bringTo(record, 'quarantined')
  const quarantine = here.layout.quarantine('kim')
  for (const { id } of kept) await utimes(join(quarantine, `${id}.data`), 0, 0)
  await here.flush(`upload:${kept[0]?.id}`)
  const [young, month] = [uuidv7(), uuidv7()]
  await leave(quarantine, `${kept[1]?.id}.data.tmp`, 2 * HOUR_MS)
  await leave(quarantine, `${kept[1]?.id}.json`, 2 * HOUR_MS)
  await leave(quarantine, `${young}.data`, 2 * HOUR_MS)
  // Nobody of this name has anything else here.
  await leave(here.layout.quarantine('gone'), `${month}.data`, 31 * DAY_MS)
  expect(await reconcileHere(here)).toEqual({
    ...{ restore: 1, correct_quota: 1, remove_temporary: 1, report_unknown: 1, report_orphan: 1, set_orphan_aside: 1 },
  })
  const names = [...kept.map(({ id }) => `${id}.data`), `${kept[1]?.id}.json`, `${young}.data`]
  expect(await namesIn(quarantine)).toEqual(names.toSorted())
  expect(await namesIn(here.layout.quarantine('gone'))).toEqual([`${month}.data.orphan`])
  // Not set aside twice, and the index as it was.
  expect(await reconcileHere(here)).toEqual({ report_unknown: 1, report_orphan: 1 })
})

test('what says how many bytes are proved goes once its upload is no longer in receipt', async () => {
  const [receiving, received] = [await here.bringTo(uploadRecord(), 'receiving'), uploadRecord({ path: 'b.k' })]
  await here.bringTo(received, 'received')
  const [lost, nobodys] = [await here.bringTo(uploadRecord({ path: 'c.k' }), 'receiving'), uuidv7()]
  await here.flush(`upload:${lost.id}`)
  const staging = here.layout.staging('kim')
  for (const id of [receiving.id, received.id, lost.id, nobodys]) await leave(staging, `${id}.proved`, 2 * HOUR_MS)
  await leave(staging, `${uuidv7()}.proved`, 60_000)
  await leave(staging, 'notes.txt', 2 * HOUR_MS)
  expect(await reconcileHere(here)).toEqual({ restore: 1, correct_quota: 1, remove_temporary: 2, report_unknown: 1 })
  const left = (await namesIn(staging)).filter((name) => name.endsWith('.proved'))
  expect(left).toEqual(expect.arrayContaining([`${receiving.id}.proved`, `${lost.id}.proved`]))
  expect(left.length).toBe(3)
})

test('copies that a kill cut off go with their upload, and not through a link out of the job', async () => {
  const decision = { verdict: plainVerdict('complete'), target: 'sub/deck (2).k', inode: '1' }
  const record = uploadRecord({ path: 'sub/deck.k', decision })
  await here.bringTo(record, 'receiving')
  const half = join(dirname(here.layout.placed('kim', 'job', record.path)), `.${record.id}.placing`)
  await leave(dirname(half), `.${record.id}.placing`, 0)
  await leave(here.layout.quarantine('kim'), `${record.id}.data.tmp`, 0)
  const linked = uploadRecord({ path: 'out/deck.k', decision })
  await here.bringTo(linked, 'receiving')
  await leave(join(here.root, 'outside'), `.${linked.id}.placing`, 0)
  await symlink(join(here.root, 'outside'), join(here.layout.job('kim', 'job'), 'out'))
  for (const one of [record, linked]) await here.removeUpload.remove(one, 5, 'delete')
  await expect(access(half)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await namesIn(here.layout.quarantine('kim'))).toEqual([])
  expect(await namesIn(join(here.root, 'outside'))).toEqual([`.${linked.id}.placing`])
})
