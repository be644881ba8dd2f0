import { afterAll, expect, test } from 'vitest'
import { openBytesJudge } from '../../support/adversary/bytes-judge.ts'
import { BOMB_CASES, GOOD, HOSTILE } from '../../support/adversary/catalogue.ts'
import { makeFastFolder } from '../../support/adversary/fast-folder.ts'
import { describePresent, presentDecoders } from '../../support/adversary/present.ts'
import { testDecoders } from '../../support/adversary/tools.ts'
import { summary } from './judge.ts'

const decoders = await testDecoders()
const folder = await makeFastFolder()
const { verdict, close } = await openBytesJudge(folder.path, decoders)
afterAll(async () => {
  await close()
  await folder.remove()
})
const present = await presentDecoders(async (path, bytes) => (await verdict(path, bytes)).outcome === 'complete')
process.stderr.write(
  `adversary: ${HOSTILE.length} hostile files, ${BOMB_CASES.length} bombs, ${GOOD.length} good ones\n`,
)
process.stderr.write(`adversary: the gate ${describePresent(present)}\n`)

/** A few have tens of thousands of members, and machines that test may do other work. */
const BUSY = { timeout: 120_000 }

test('the catalogue is as large as promised', () => {
  expect(HOSTILE.length + BOMB_CASES.length).toBeGreaterThanOrEqual(120)
  expect(GOOD.length).toBeGreaterThanOrEqual(60)
})

for (const { name, path, bytes, code, decoder } of HOSTILE) {
  test(`quarantines ${name}`, BUSY, async () => {
    const { outcome, reasons } = await verdict(path, bytes())
    const expected = decoder === null || present.has(decoder) ? code : 'not_inspectable'
    expect({ outcome, code: reasons[0]?.code }, JSON.stringify(reasons)).toEqual({
      outcome: 'quarantined',
      code: expected,
    })
  })
}

for (const { name, path, bytes, warns, decoder } of GOOD) {
  test(`lets ${name} pass`, BUSY, async () => {
    const { outcome, reasons, warnings } = await verdict(path, bytes())
    if (decoder !== null && !present.has(decoder)) {
      expect(reasons.map(({ code }) => code)).toEqual(['not_inspectable'])
      return
    }
    expect(summary(reasons)).toEqual([])
    expect(outcome).toBe('complete')
    expect([...new Set(warnings.map(({ code }) => code))].sort(), JSON.stringify(warnings)).toEqual([...warns].sort())
  })
}
