import { appendFile, mkdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { dayOf } from '#shared/storage/ledger.ts'
import { reconcileHere } from '../support/reconcile-here.ts'
import { uploadRecord } from '../support/upload-record.ts'
import { openUploads, type UploadsHere } from '../support/uploads-here.ts'

let here: UploadsHere
let bad: UploadRecord
let good: UploadRecord
beforeEach(async () => {
  here = await openUploads()
  bad = await here.bringTo(uploadRecord(), 'complete')
  good = await here.bringTo(uploadRecord({ owner: 'zeta' }), 'complete')
})
afterEach(() => here.close())

const json = () => here.layout.record('kim', bad.id)
const folding = () => here.layout.folding('kim', bad.id)
const untimely = () => JSON.stringify({ ...bad, updated_at: 'yesterday' })
const ledgerDay = () => here.layout.ledgerDay('kim', dayOf(bad.id))

/** What is done, whether it is set aside, and whether a second rebuild still has it to tell. */
const CASES: [name: string, damage: () => Promise<unknown>, aside: (() => string) | null][] = [
  ['a folding record cut off', () => rename(json(), folding()).then(() => truncate(folding(), 100)), folding],
  ['a record of no time', () => writeFile(json(), untimely()), json],
  ['a directory as a record', () => rename(json(), `${json()}.x`).then(() => mkdir(json())), json],
  ['a directory as a folding record', () => rename(json(), `${json()}.x`).then(() => mkdir(folding())), folding],
  [
    'a ledger line of no time',
    async () => {
      await rename(json(), `${json()}.x`)
      await here.ledger.append('kim', [])
      await appendFile(ledgerDay(), `${untimely()}\n`)
    },
    null,
  ],
  ['a directory as a day of the ledger', () => mkdir(ledgerDay(), { recursive: true }), null],
  [
    'a file as an owner of the ledger',
    () => mkdir(here.layout.ledgers, { recursive: true }).then(() => writeFile(join(here.layout.ledgers, 'kim'), '')),
    null,
  ],
  [
    'a file as a staging directory',
    () => mkdir(join(here.layout.users, 'lee')).then(() => writeFile(here.layout.staging('lee'), '')),
    null,
  ],
  ['a file as the ledger', () => writeFile(here.layout.ledgers, ''), null],
]

test.each(CASES)('%s: told, foretold, and the index is whole', async (_name, damage, aside) => {
  await damage()
  expect(await here.staging.isEmpty()).toBe(false)
  await here.flush()
  // Nobody gets an error of the file system for it.
  expect([undefined, bad.id]).toContain((await here.lookup.find(bad.id, 'kim'))?.record.id)
  await here.flush()
  expect(await here.rebuild({ dryRun: true })).toMatchObject({ damaged: 1 })
  expect(await here.rebuild()).toMatchObject({ damaged: 1, built: true })
  expect((await here.index.get(good.id))?.record.state).toBe('complete')
  expect(await here.index.quota('zeta', null)).toMatchObject({ used: 5 })
  if (aside !== null) await stat(`${aside()}.damaged`)
  expect(await here.rebuild()).toMatchObject({ damaged: aside === null ? 1 : 0, built: true })
})

test('a damaged record before a whole one on its way into the ledger: the whole one counts; what was set aside before stays', async () => {
  await writeFile(folding(), JSON.stringify(bad))
  await writeFile(json(), 'second')
  await writeFile(`${json()}.damaged`, 'first')
  await here.flush()
  expect(await here.rebuild()).toMatchObject({ damaged: 1, built: true })
  expect((await here.index.get(bad.id))?.record.state).toBe('complete')
  expect(await readFile(`${json()}.damaged`, 'utf8')).toBe('first')
  expect(await readFile(`${json()}.damaged-2`, 'utf8')).toBe('second')
})

test.each(CASES)('%s: the sweep goes on to the next owner', async (_name, damage) => {
  await damage()
  const counts = await reconcileHere(here)
  if (_name !== 'a file as the ledger') {
    expect(counts.fold).toBeGreaterThanOrEqual(1)
    expect(await here.ledger.find('zeta', good.id)).toMatchObject({ id: good.id })
  } else expect(counts).toEqual({ not_compared: 2 })
})
