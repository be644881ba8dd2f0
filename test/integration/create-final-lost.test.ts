import { describe, expect, test } from 'vitest'
import type { FinalRecord } from '#shared/domain/final-record.ts'
import type { UploadRecord } from '#shared/domain/upload-record.ts'
import type { UploadParts } from '#shared/uploads/compose-uploads.ts'
import { finalsHere } from '../support/finals-here.ts'

const { parts, partial, asked, states, finals, expectNothingLeft, hold, files, loseIndex, rebuildNow } = finalsHere()

test('Redis lost its data: no part is claimed or removed before it is known again whose it is', async () => {
  const partials = [await partial(3), await partial(4, 1)]
  const { record: first } = await parts().createFinal(asked(partials))
  await loseIndex()
  const answer = { kind: 'unavailable', code: 'rebuilding', retryAfterSeconds: 5 }
  await expect(parts().createFinal(asked(partials))).rejects.toMatchObject(answer)
  for (const one of partials) {
    await expect(parts().removeUpload.remove(one, 3, 'delete')).rejects.toMatchObject(answer)
    await expect(parts().removeUpload.withdraw(one)).rejects.toMatchObject(answer)
  }
  expect(await finals()).toEqual([])
  expect(await rebuildNow()).toMatchObject({ built: true })
  expect(await parts().createFinal(asked(partials))).toMatchObject({ record: { id: first.id }, created: false })
  for (const one of partials) {
    await expect(parts().removeUpload.remove(one, 3, 'delete')).rejects.toMatchObject({ code: 'partial_claimed' })
    expect(await files().stat(one)).toBeDefined()
  }
  await expectNothingLeft(first)
})

/** A process that makes a final; `meanwhile` happens between its claim and its record. */
function slowToWrite(meanwhile: () => Promise<unknown>) {
  let first = true
  const slow: UploadParts['files'] = {
    ...files(),
    async writeRecord(...args) {
      if (first) await meanwhile()
      first = false
      await files().writeRecord(...args)
    },
  }
  return parts({ files: slow })
}

describe.each([
  ['all there', 4],
  ['on their way', 1],
])('Redis lost its data between the claim of parts that are %s and the record', (_name, bytes) => {
  test('and another final took them, once the index was whole: that one has them, and the first is refused', async () => {
    const partials = [await partial(3), await partial(4, bytes)]
    const others = partials.toReversed()
    let other: string | undefined
    const { createFinal } = slowToWrite(async () => {
      await loseIndex()
      await rebuildNow()
      other = (await parts().createFinal(asked(others))).record.id
    })
    await expect(createFinal(asked(partials))).rejects.toMatchObject({ code: 'partial_used' })
    const final = (await finals())[0] as UploadRecord
    expect([(await finals()).length, final.id]).toEqual([1, other])
    const state = bytes === 4 ? ['received', 'deleted', 'deleted'] : ['receiving', 'receiving', 'receiving']
    expect(await states(final, ...partials)).toEqual(state)
    // Nor does the disk know of the first: whatever is lost, the other keeps what it has.
    await loseIndex()
    await rebuildNow()
    expect((await finals()).map(({ id, state }) => [id, state])).toEqual([[other, state[0]]])
    expect(await parts().createFinal(asked(others))).toMatchObject({ record: { id: other }, created: false })
    if (bytes === 4) await hold(final as FinalRecord)
    await expectNothingLeft(final)
  })

  test.each([
    ['rebuilt', true],
    ['not yet rebuilt', false],
  ])('and nobody else came, %s: it has them', async (_how, rebuilt) => {
    const partials = [await partial(3), await partial(4, bytes)]
    const { createFinal } = slowToWrite(async () => {
      await loseIndex()
      if (rebuilt) await rebuildNow()
    })
    const { record } = await createFinal(asked(partials))
    if (!rebuilt) await rebuildNow()
    const state = bytes === 4 ? ['received', 'deleted', 'deleted'] : ['receiving', 'receiving', 'receiving']
    expect(await states(record, ...partials)).toEqual(state)
    if (bytes === 4) await hold(record)
    await expectNothingLeft(record)
  })
})
