import { afterAll, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '#shared/domain/policy.ts'
import { openBytesJudge } from '../../support/adversary/bytes-judge.ts'
import { BOMB_CASES } from '../../support/adversary/catalogue.ts'
import { makeFastFolder } from '../../support/adversary/fast-folder.ts'
import { presentDecoders } from '../../support/adversary/present.ts'
import { testDecoders } from '../../support/adversary/tools.ts'

/** The same rules with smaller figures: `npm run bench -- scan` judges and times every bomb by the real ones. */
const budgets = { ...DEFAULT_POLICY.budgets, ratioFreeBytes: 64 * 1024 * 1024, maxRatio: 8, maxEntries: 20_000 }
const policy = { ...DEFAULT_POLICY, budgets }

const decoders = await testDecoders()
const folder = await makeFastFolder()
const { verdict, close } = await openBytesJudge(folder.path, decoders, policy)
afterAll(async () => {
  await close()
  await folder.remove()
})
const present = await presentDecoders(async (path, bytes) => (await verdict(path, bytes)).outcome === 'complete')

for (const { name, path, bytes, decoder, code } of BOMB_CASES) {
  test(`quarantines ${name}, and says which figure was broken`, { timeout: 60_000 }, async () => {
    const content = bytes()
    const { outcome, reasons, coverage } = await verdict(path, content)
    const isRead = decoder === null || present.has(decoder)
    expect({ outcome, code: reasons[0]?.code }).toEqual({
      outcome: 'quarantined',
      code: isRead ? code : 'not_inspectable',
    })
    expect(reasons[0]?.detail).toMatch(isRead ? /\d/ : /./)
    if (isRead) expect(coverage.limits_hit).not.toEqual([])
  })
}
