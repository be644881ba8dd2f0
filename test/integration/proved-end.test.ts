import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { createLayout, type Layout } from '#shared/storage/layout.ts'
import { createUploadFiles, type UploadFiles } from '#shared/storage/upload-files.ts'
import { makeUploadRoot } from '../support/temp.ts'
import { uploadRecord } from '../support/upload-record.ts'

let layout: Layout
let files: UploadFiles
let record: UploadRecord
const open: { close(): Promise<void> }[] = []
let remove: () => Promise<void>
beforeEach(async () => {
  const made = await makeUploadRoot()
  remove = made.remove
  layout = createLayout(made.root)
  files = createUploadFiles(layout)
  record = uploadRecord({ length: 100 })
  await files.create(record)
})
afterEach(async () => {
  for (const writer of open.splice(0)) await writer.close()
  await remove()
})

const held = () => undefined
const lost = () => {
  throw new Error('lost')
}
const text = () => readFile(layout.data(record.owner, record.id), 'utf8')
const counted = async () => (await files.received(record))?.size
const beside = async () => (await readdir(layout.staging(record.owner))).map((name) => name.slice(37)).toSorted()

/** A process that writes `body` behind `size` bytes, and dies, or is frozen. */
async function dieWriting(size: number, body: string, proving: boolean) {
  const writer = await files.beginWriting(record, size, held, proving)
  open.push(writer)
  await writer.file.write(body, size)
  return writer
}

test('what is not proved does not count, and is cut off by who writes next', async () => {
  const first = await files.beginWriting(record, 0, held, true)
  expect(await counted()).toBe(0)
  await first.file.write('proved', 0)
  expect(await counted()).toBe(0)
  await first.proved?.moveTo(6, true)
  await first.close()
  expect(await counted()).toBe(6)

  await dieWriting(6, 'never proved', true)
  expect([await counted(), await text()]).toEqual([6, 'provednever proved'])
  const next = await files.beginWriting(record, 6, held, true)
  expect([await counted(), await text()]).toEqual([6, 'proved'])
  await next.close()
})

test('a body without a checksum counts as it comes, behind what is proved', async () => {
  await dieWriting(0, 'never proved', true)
  const plain = await files.beginWriting(record, 0, held)
  expect([await counted(), await text(), await beside()]).toEqual([0, '', ['data', 'json']])
  await plain.file.write('plain', 0)
  expect(await counted()).toBe(5)
  await plain.close()
  // Whoever wrote without a checksum and died leaves what counts.
  await dieWriting(5, ' too', false)
  expect(await counted()).toBe(9)
})

test('a frozen process proves nothing of what the next one writes', async () => {
  const frozen = await dieWriting(0, 'frozen', true)
  const next = await files.beginWriting(record, 0, held, true)
  await next.file.write('unproved', 0)
  await frozen.proved?.moveTo(6, true)
  expect(await counted()).toBe(0)
  await next.proved?.moveTo(8, true)
  await frozen.proved?.moveTo(6, true)
  expect([await counted(), await text()]).toEqual([8, 'unproved'])
  await Promise.all([frozen.close(), next.close()])
})

test('who loses the lock puts nothing in place; what says nothing readable proves nothing', async () => {
  await expect(files.beginWriting(record, 0, lost, true)).rejects.toThrow('lost')
  expect(await beside()).toEqual(['data', 'json'])
  const writer = await dieWriting(0, 'bytes', true)
  await writeFile(layout.proved(record.owner, record.id), '5')
  expect(await counted()).toBe(0)
  await writer.close()
})

test('with the end of the upload, or of its files, it goes', async () => {
  const writer = await dieWriting(0, 'bytes', true)
  await writer.proved?.moveTo(5, false)
  await writer.close()
  await files.endWriting(record, 5, held)
  expect([await counted(), await beside()]).toEqual([5, ['data', 'json']])
  await (await dieWriting(5, 'more', true)).close()
  await files.remove(record)
  expect(await beside()).toEqual([])
  await expect(stat(layout.data(record.owner, record.id))).rejects.toMatchObject({ code: 'ENOENT' })
})
