import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { v7 as uuidv7 } from 'uuid'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSettling, type Settling } from '../support/settling.ts'

let here: Settling
beforeEach(async () => {
  here = await openSettling()
})
afterEach(() => here.close())

const quota = () => here.index.quota('kim', null)
const placedText = () => readFile(here.placed('deck.k'), 'utf8')

test('replace over an existing file: in one step, and again after a crash', async () => {
  await mkdir(here.placed(''), { recursive: true })
  await writeFile(here.placed('deck.k'), 'old')
  const record = await here.scanning({ on_conflict: 'replace' })
  await expect(here.crashing(2, false).settle(record, 'complete')).rejects.toThrow('crash')
  await here.again(record.id, 'complete')
  expect(await placedText()).toBe('hello')
})

test('replaced by another upload, and a crash before its record and charge are gone: both still go, once', async () => {
  const { index, removeUpload } = here
  const first = await here.scanning()
  await here.settle(first, 'complete')
  const second = await here.scanning({ on_conflict: 'replace' }, 'goodbye')
  await expect(here.crashing(4, false).settle(second, 'complete')).rejects.toThrow('crash')

  expect(await quota()).toMatchObject({ used: 'hello'.length + 'goodbye'.length })
  const left = await index.replaced()
  expect(left).toEqual([first.id])
  // As the sweep does it, and again.
  for (const id of [...left, ...left]) await removeUpload.removeReplaced(id)
  expect(await index.replaced()).toEqual([])
  expect((await index.get(first.id))?.record.state).toBe('deleted')
  expect(await quota()).toMatchObject({ used: 'goodbye'.length, reserved: 0 })
  expect(await placedText()).toBe('goodbye')
})

test('replaced by another upload before its own step was made: it is not complete with bytes of the other', async () => {
  const plan = { on_conflict: 'replace' as const }
  const first = await here.scanning(plan, 'first')
  await expect(here.crashing(3, true).settle(first, 'complete')).rejects.toThrow('crash')
  const second = await here.scanning(plan, 'later')
  await here.again(second.id, 'complete')
  await expect(here.again(first.id, 'complete')).rejects.toMatchObject({ code: 'replaced_meanwhile' })
  expect(await placedText()).toBe('later')
  expect((await here.index.get(second.id))?.record.state).toBe('complete')
})

test('deleted by who saw it in its scan, and it is complete meanwhile: its file goes too', async () => {
  const record = await here.scanning()
  const seen = await here.index.get(record.id)
  await here.settle(record, 'complete')
  await here.removeUpload.remove(seen?.record ?? record, 5, 'delete')
  expect((await here.index.get(record.id))?.record).toMatchObject({ state: 'deleted', placed_path: 'sub/deck.k' })
  await expect(stat(here.placed('deck.k'))).rejects.toThrow('ENOENT')
  expect(await quota()).toMatchObject({ used: 0, reserved: 0 })
})

test('an admission that Redis got twice is one admission; another of the same id is refused', async () => {
  const record = await here.scanning()
  const created = { ...record, id: uuidv7(), state: 'receiving' as const }
  expect((await here.admit(created)).kind).toBe('created')
  expect((await here.admit(created)).kind).toBe('created')
  expect(await quota()).toMatchObject({ reserved: 5 })
  expect((await here.admit({ ...created, path: 'other.k' })).kind).toBe('exists')
})
