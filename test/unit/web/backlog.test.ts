import { expect, test } from 'vitest'
import { fileIdentity, handOver, IN_HAND, treePath } from '../../../services/web/src/core/backlog.ts'

test.each([
  [0, 0, 0],
  [5, 0, 5],
  [100_000, 0, IN_HAND.atMost],
  [100_000, IN_HAND.refillBelow - 1, IN_HAND.atMost - IN_HAND.refillBelow + 1],
  [100_000, IN_HAND.refillBelow, 0],
  [100_000, IN_HAND.atMost, 0],
])('of %d waiting with %d in hand, %d are handed over', (waiting, inHand, want) =>
  expect(handOver(waiting, inHand)).toBe(want),
)

test.each([
  [{ relativePath: 'case/mesh/a.k', webkitRelativePath: '' }, 'case/mesh/a.k'],
  [{ relativePath: '/case/a.k', webkitRelativePath: '' }, 'case/a.k'],
  [{ relativePath: null, webkitRelativePath: 'case/a.k' }, 'case/a.k'],
  [{ relativePath: null, webkitRelativePath: '' }, undefined],
  [{}, undefined],
])('the way of %j in its tree is %s', (file, want) => expect(treePath(file as File)).toBe(want))

test('files that differ in case, job or user are different files', () => {
  const file = { owner: 'a', job: 'j', path: 'U', size: 1, modified: 2 }
  const others = [{ path: 'u' }, { job: 'k' }, { owner: 'b' }, { size: 2 }, { modified: 3 }]
  expect(fileIdentity({ ...file })).toBe(fileIdentity(file))
  for (const other of others) expect(fileIdentity({ ...file, ...other })).not.toBe(fileIdentity(file))
})
