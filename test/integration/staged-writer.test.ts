import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { beginWriting, endOthersWriting } from '#shared/storage/staged-writer.ts'
import { makeTempFolder, type TempFolder } from '../support/temp.ts'

let folder: TempFolder
let path = ''
beforeEach(async () => {
  folder = await makeTempFolder('writer')
  path = join(folder.path, 'data')
  await writeFile(path, 'first', { mode: 0o600 })
})
afterEach(() => folder.remove())

const held = () => undefined
const lost = () => {
  throw new Error('lost')
}
const inode = async () => (await stat(path)).ino

test('a writer that ended leaves its inode to the next one, with the mode it had', async () => {
  const before = await inode()
  for (const text of ['one', 'two']) {
    const writer = await beginWriting(path, 5, held)
    await writer.file.write(text, 5)
    await writer.rest()
    await writer.close()
  }
  expect([await inode(), (await stat(path)).mode & 0o7777]).toEqual([before, 0o600])
})

test('the late write of a writer that never ended does not reach the bytes of the next one', async () => {
  const frozen = await beginWriting(path, 5, held)
  await frozen.file.write('sixth', 5)
  const next = await beginWriting(path, 8, held)
  await next.file.write(' of the next', 8)
  await frozen.file.write('LATE BYTES, AND MANY OF THEM', 5)
  await frozen.close()
  await next.close()
  expect(await readFile(path, 'utf8')).toBe('firstsix of the next')
  expect((await stat(path)).mode & 0o7777).toBe(0o600)
  expect(await readdir(folder.path)).toEqual(['data'])
})

test('nor a file that somebody else finishes', async () => {
  const frozen = await beginWriting(path, 5, held)
  await endOthersWriting(path, 5, held)
  await frozen.file.truncate(0)
  await frozen.close()
  expect(await readFile(path, 'utf8')).toBe('first')
  const before = await inode()
  await endOthersWriting(path, 5, held)
  expect(await inode()).toBe(before)
})

test('whoever loses the lock meanwhile puts nothing in place', async () => {
  const frozen = await beginWriting(path, 5, held)
  const before = await inode()
  await expect(beginWriting(path, 5, lost)).rejects.toThrow('lost')
  expect([await inode(), await readdir(folder.path)]).toEqual([before, ['data']])
  await frozen.close()
})

test('a link in place of the file is not followed', async () => {
  const { symlink, unlink } = await import('node:fs/promises')
  const other = join(folder.path, 'other')
  await (await open(other, 'w')).close()
  await unlink(path)
  await symlink(other, path)
  await expect(beginWriting(path, 0, held)).rejects.toMatchObject({ code: 'ELOOP' })
})
