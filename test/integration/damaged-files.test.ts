import { execFile } from 'node:child_process'
import { appendFile, lstat, mkdir, readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MIB } from '#shared/domain/limits.ts'
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
const put = (more: Partial<UploadRecord>) => writeFile(json(), JSON.stringify({ ...bad, ...more }))
const ledgerDay = () => here.layout.ledgerDay('kim', dayOf(bad.id))

const makePipe = (path: string) => promisify(execFile)('mkfifo', [path])
async function inLedger(put: (path: string) => Promise<unknown>) {
  await mkdir(dirname(ledgerDay()), { recursive: true })
  await put(ledgerDay())
}

/** What is done, whether it is set aside, and whether a second rebuild still has it to tell. */
const CASES: [name: string, damage: () => Promise<unknown>, aside: (() => string) | null][] = [
  ['a folding record cut off', () => rename(json(), folding()).then(() => truncate(folding(), 100)), folding],
  ['a record of no time', () => writeFile(json(), untimely()), json],
  ['a record without end', () => truncate(json(), 600 * MIB), json],
  ['a link to nothing as a record', () => rename(json(), `${json()}.x`).then(() => symlink('gone', json())), json],
  ['a named pipe as a record', () => rename(json(), `${json()}.x`).then(() => makePipe(json())), json],
  ['a record of a length that nothing has', () => put({ length: Number.MAX_SAFE_INTEGER, state: 'receiving' }), json],
  ['a record of a decision that is none', () => put({ decision: {} as never }), json],
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
  ['a link to nothing as a day of the ledger', () => inLedger((path) => symlink('gone', path)), null],
  ['a named pipe as a day of the ledger', () => inLedger(makePipe), null],
  [
    'a line without end in the ledger',
    () => inLedger((path) => writeFile(path, '').then(() => truncate(path, 64 * MIB))),
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
  expect(await here.redis.hget(here.keys.site, 'pending')).toBe('0')
  if (aside !== null) await lstat(`${aside()}.damaged`)
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

test('records are folded behind a line without end, and none is lost', async () => {
  await inLedger((path) => writeFile(path, 'x'.repeat(5 * MIB)))
  await reconcileHere(here)
  expect(await here.ledger.find('kim', bad.id)).toMatchObject({ id: bad.id })
  await here.flush()
  expect(await here.rebuild()).toMatchObject({ damaged: 1, built: true })
  expect((await here.index.get(bad.id))?.record.state).toBe('complete')
})
