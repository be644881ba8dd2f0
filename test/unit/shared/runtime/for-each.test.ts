import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { forEachAtMost } from '#shared/runtime/for-each.ts'

async function* slowly(...items: number[]) {
  for (const item of items) {
    yield item
    await turn()
  }
}

test.each([1, 2, 64])('a failure while the next item is waited for is told; %i at once', async (limit) => {
  const done: number[] = []
  const work = async (item: number) => {
    if (item === 2) throw new Error('failed')
    done.push(item)
  }
  await expect(forEachAtMost(slowly(1, 2, 3, 4), limit, work)).rejects.toThrow('failed')
  expect(done).not.toContain(4)
})

test('all items are done', async () => {
  const done: number[] = []
  await forEachAtMost(slowly(1, 2, 3), 2, async (item) => void done.push(item))
  expect(done).toEqual([1, 2, 3])
})
