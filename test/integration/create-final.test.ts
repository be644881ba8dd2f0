import { readFile, rm, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { isFinal } from '#shared/domain/final-record.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import { crashingAt } from '../support/crashing-at.ts'
import { finalsHere, HOUR_MS } from '../support/finals-here.ts'

const { parts, partial, asked, sweepLater, states, quota, finals, expectNothingLeft, hold, index, files, site } =
  finalsHere()

const READS = ['get', 'getMany', 'stat', 'readRecord', 'mark']
/** create and claim, the record, the record as received, the step. Where parts are missing: create and claim, the record. */
const STEPS = { whole: 4, waiting: 2 }
const crashes = (steps: number) =>
  Array.from({ length: steps }, (_, i) => i + 1).flatMap((n) => [[n, true] as const, [n, false] as const])
function crashing(crashAt: number, before: boolean) {
  const { wrap, calls } = crashingAt(crashAt, before, READS)
  const { createFinal } = parts({ index: wrap(index()), files: wrap(files()) })
  return { createFinal, calls }
}

describe('the process dies while it makes a final of parts that are all there', () => {
  test.each(crashes(STEPS.whole))('at step %i, before it: %s: the client asks again', async (crashAt, before) => {
    const partials = [await partial(3), await partial(4)]
    await crashing(crashAt, before)
      .createFinal(asked(partials))
      .catch(() => undefined)
    const { record } = await parts().createFinal(asked(partials))
    expect((await finals()).map(({ id }) => id)).toEqual([record.id])
    expect(await states(record, ...partials)).toEqual(['received', 'deleted', 'deleted'])
    expect(await quota()).toEqual({ used: 7, reserved: 0, pending: 0 })
    expect(await files().readRecord(record)).toMatchObject({ state: 'received', length: 7 })
    await hold(record)
    await expectNothingLeft(record)
  })

  test.each(crashes(STEPS.whole))('at step %i, before it: %s: nobody asks again', async (crashAt, before) => {
    const partials = [await partial(3), await partial(4)]
    await crashing(crashAt, before)
      .createFinal(asked(partials))
      .catch(() => undefined)
    await sweepLater(120_000)
    const [final] = await finals()
    if (final !== undefined && isFinal(final)) {
      expect(await states(final, ...partials)).toEqual(['received', 'deleted', 'deleted'])
      expect(await site.line().has(final)).toBe(true)
      await hold(final)
    } else expect(await states(...partials)).toEqual(['receiving', 'receiving'])
    await expectNothingLeft(...(await finals()), ...partials)
  })

  test('the tables are complete', async () => {
    const whole = crashing(0, true)
    await whole.createFinal(asked([await partial(3)]))
    const waiting = crashing(0, true)
    await waiting.createFinal(asked([await partial(3, 1)]))
    expect({ whole: whole.calls(), waiting: waiting.calls() }).toEqual(STEPS)
  })
})

describe('the process dies while it makes a final that has to wait', () => {
  test.each(crashes(STEPS.waiting))('at step %i, before it: %s', async (crashAt, before) => {
    const partials = [await partial(3), await partial(4, 1)]
    await crashing(crashAt, before)
      .createFinal(asked(partials))
      .catch(() => undefined)
    const { record } = await parts().createFinal(asked(partials))
    expect(await states(record, ...partials)).toEqual(['receiving', 'receiving', 'receiving'])
    expect(await files().readRecord(record)).toMatchObject({ state: 'receiving' })
    expect(await quota()).toEqual({ used: 0, reserved: 7, pending: 4 })
    await writeFile(site.layout().data('kim', partials[1]?.id ?? ''), 'four')
    await parts().finish(partials[1] as UploadRecord, 4)
    expect(await states(record, ...partials)).toEqual(['received', 'deleted', 'deleted'])
    await hold(record)
    await expectNothingLeft(record)
  })
})

test('the last byte of the last part came, and its process died: the sweep brings the final on', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record } = await parts().createFinal(asked(partials))
  await writeFile(site.layout().data('kim', partials[1]?.id ?? ''), 'four')
  await sweepLater(60_000)
  expect(await states(record, ...partials)).toEqual(['received', 'deleted', 'deleted'])
  expect(await quota()).toEqual({ used: 7, reserved: 0, pending: 0 })
})

test('parts that idle past their time take their final along; one that moves keeps it', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record } = await parts().createFinal(asked(partials))
  await sweepLater(HOUR_MS - 60_000)
  expect(await states(record, ...partials)).toEqual(['receiving', 'receiving', 'receiving'])
  await sweepLater(HOUR_MS + 60_000)
  expect(await states(record, ...partials)).toEqual(['expired', 'deleted', 'deleted'])
  await expectNothingLeft()
})

test('parts that no final asks for expire like any upload', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  await sweepLater(HOUR_MS + 60_000)
  expect(await states(...partials)).toEqual(['expired', 'expired'])
  await expectNothingLeft()
})

test('a final whose part vanished is ended, with what is left of it', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record } = await parts().createFinal(asked(partials))
  await rm(site.layout().data('kim', partials[0]?.id ?? ''))
  await sweepLater(60_000)
  expect(await states(record, ...partials)).toEqual(['expired', 'deleted', 'deleted'])
  await expectNothingLeft()
})

test('a final whose record cannot be written is taken back, and its parts are free again', async () => {
  const partials = [await partial(3), await partial(4)]
  const broken = { ...files(), writeRecord: () => Promise.reject(new Error('full')) }
  const { createFinal } = parts({ index: index(), files: broken })
  await expect(createFinal(asked(partials))).rejects.toThrow('full')
  expect(await finals()).toEqual([])
  expect(await quota()).toEqual({ used: 0, reserved: 7, pending: 0 })
  const { record, created } = await parts().createFinal(asked(partials))
  expect(created).toBe(true)
  await hold(record)
  await expectNothingLeft(record)
})

test('a hundred finals of the same parts at once: one is made, all are told of it', async () => {
  const partials = [await partial(3), await partial(4)]
  const answers = await Promise.all(Array.from({ length: 100 }, () => parts().createFinal(asked(partials))))
  expect(new Set(answers.map(({ record }) => record.id)).size).toBe(1)
  expect(answers.filter(({ created }) => created).length).toBe(1)
  expect(await quota()).toEqual({ used: 7, reserved: 0, pending: 0 })
})

test('a part that its final took along while somebody was about to remove it keeps its bytes', async () => {
  const partials = [await partial(3), await partial(4)]
  const { record } = await parts().createFinal(asked(partials))
  for (const one of partials)
    await expect(parts().removeUpload.remove(one, 3, 'delete')).rejects.toMatchObject({ code: 'partial_claimed' })
  for (const one of partials) expect(await files().stat(one)).toBeDefined()
  await hold(record)
  await expectNothingLeft(record)
})

test('a final that let its parts go, and whose process died then, does not take them from the next one', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record: first } = await parts().createFinal(asked(partials))
  await index().step('delete', first, 0, true)
  const { record: second, created } = await parts().createFinal(asked(partials))
  expect(created).toBe(true)
  await sweepLater(60_000)
  expect(await site.redis().zscore(site.keys().stateUploads('deleted'), first.id)).toBeNull()
  expect(await states(second, ...partials)).toEqual(['receiving', 'receiving', 'receiving'])
  expect(await readFile(site.layout().data('kim', partials[0]?.id ?? ''), 'utf8')).toBe('xxx')
  await expectNothingLeft(second)
})
