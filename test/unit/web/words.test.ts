import { describe, expect, test } from 'vitest'
import { FINDINGS, type FindingCode } from '#shared/domain/findings.ts'
import { findingWords } from '../../../services/web/src/core/finding-words.ts'
import { parseRefusal, refusalWords, retryAfterMs } from '../../../services/web/src/core/refusal.ts'
import { preferredLanguage, speak, WORDS } from '../../../services/web/src/core/words.ts'

test('every word is there in both languages, with the same holes', () => {
  const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join()
  for (const [word, [en, ko]] of Object.entries(WORDS)) {
    expect(en, word).not.toBe('')
    expect(ko, word).toMatch(/[가-힣]/)
    expect(holes(ko), word).toBe(holes(en))
  }
})

test('words are filled in; a hole without a value stays visible', () => {
  expect(speak('en')('sending', { sent: 1, total: 2 })).toBe('1 of 2 sent')
  expect(speak('ko')('sending', { sent: 1, total: 2 })).toBe('2개 중 1개 보냄')
  expect(speak('en')('sending', { sent: 1 })).toBe('1 of {total} sent')
})

test.each([
  [['ko-KR', 'en'], 'ko'],
  [['de', 'ko', 'en'], 'ko'],
  [['en-US', 'ko'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
] as const)('a browser that prefers %j is spoken to in %s', (preferred, want) =>
  expect(preferredLanguage(preferred)).toBe(want),
)

describe('findings', () => {
  test('each has its words in Korean, the advice too', () => {
    for (const code of Object.keys(FINDINGS) as FindingCode[]) {
      const words = findingWords({ code, place: 'a', detail: 'b' }, 'ko')
      expect(words, code).toMatchObject({ title: FINDINGS[code].ko, place: 'a', detail: 'b' })
      expect(words.advice, code).toMatch(/[가-힣]/)
    }
  })

  test('a code the page does not know is shown as it is', () => {
    const finding = { code: 'constructor' as FindingCode, place: 'x', detail: 'y' }
    expect(findingWords(finding, 'en')).toEqual({ title: 'constructor', place: 'x', detail: 'y', advice: '' })
  })
})

describe('refusals', () => {
  const body = (message: string) => JSON.stringify({ error: 'Title', code: 'some_code', message })
  const cases: [number, string, string][] = [
    [409, body('deck.k exists'), 'Conflict: deck.k exists'],
    [413, body('the limit is 5'), 'Too large: the limit is 5'],
    [429, '{"error":"Rate limit exceeded"}', 'Too many requests, wait a moment: Rate limit exceeded'],
    [507, body('3 GiB are free'), 'No room left: 3 GiB are free'],
    [502, '<html>Bad gateway</html>', 'The server refused'],
    [418, '"text"', 'The server refused'],
    [0, '', 'The server cannot be reached'],
  ]
  test.each(cases)('%d %s', (status, text, want) =>
    expect(refusalWords(parseRefusal(status, text), speak('en'))).toBe(want),
  )

  test.each([
    ['30', 30_000],
    ['0', 1_000],
    ['999999', 300_000],
    [undefined, 5_000],
    ['', 5_000],
    ['soon', 5_000],
    ['Thu, 01 Jan 1970 00:00:20 GMT', 10_000],
  ])('Retry-After %s is %d ms', (header, want) => expect(retryAfterMs(header, 10_000)).toBe(want))
})
