import { expect, test } from 'vitest'
import { mapInOrder } from '../../../services/cli/map-in-order.ts'
import { columns, languageOf, pad, printable } from '../../../services/cli/words.ts'

test.each([
  [{ LANG: 'ko_KR.UTF-8' }, 'ko'],
  [{ LANG: 'en_US.UTF-8' }, 'en'],
  [{ LANG: 'ko_KR.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'C', LC_MESSAGES: 'ko' }, 'ko'],
  [{}, 'en'],
])('%j speaks %s', (env, want) => expect(languageOf(env)).toBe(want))

test.each([
  ['deck', 4],
  ['격리', 4],
  ['漢字', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['', 0],
])('%s takes %i columns', (text, want) => {
  expect(columns(text)).toBe(want)
  expect(columns(pad(text, 6))).toBe(6)
})

test('what a name holds does nothing to the terminal', () => {
  expect(printable('a\u001b[2Jb\nc\u202ed 해석')).toBe('a\\u{1b}[2Jb\\u{a}c\\u{202e}d 해석')
})

test('results come in the order of the items, and no more than the width runs at once', async () => {
  let running = 0
  let most = 0
  const items = async function* () {
    yield* [3, 1, 2, 0, 4]
  }
  const work = async (item: number) => {
    most = Math.max(most, ++running)
    for (let i = 0; i < 20 * item; i++) await Promise.resolve()
    running--
    return item
  }
  const results: number[] = []
  for await (const result of mapInOrder(items(), 2, work)) results.push(result)
  expect(results).toEqual([3, 1, 2, 0, 4])
  expect(most).toBe(2)
})
