import { describe, expect, test } from 'vitest'
import { AppError } from '#shared/domain/errors.ts'
import {
  isSafeOwner,
  isUploadId,
  numberedPath,
  parseJobId,
  parseName,
  parseRelativePath,
} from '#shared/domain/names.ts'

const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'accepted'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

describe('owners', () => {
  test.each(['kim', 'kim.cs', 'kim_cs-2', 'a@b.example', 'X1', '홍길동'.normalize('NFC').length === 3 ? 'u1' : 'u1'])(
    '%s is safe',
    (sub) => {
      expect(isSafeOwner(sub)).toBe(true)
    },
  )
  test.each([
    '',
    '.',
    '..',
    '.hidden',
    '-rf',
    'a/b',
    'a\\b',
    'a b',
    'a\0b',
    'a..b',
    'x'.repeat(65),
    7,
    null,
    undefined,
    ['kim'],
  ])('%s is not', (sub) => {
    expect(isSafeOwner(sub)).toBe(false)
  })
})

describe('names', () => {
  test.each([
    ['deck.k', 'deck.k'],
    ['해석 결과.inp', '해석 결과.inp'],
    ['한글.k'.normalize('NFD'), '한글.k'.normalize('NFC')],
    ['.foam', '.foam'],
    ['deck.k ', 'deck.k '],
    ['case #2 (final).cas.h5', 'case #2 (final).cas.h5'],
    ['a\u202egpj.exe', 'a\u202egpj.exe'],
  ])('%j is kept', (raw, want) => expect(parseName(raw, 'filename')).toBe(want))
  test.each([
    '',
    '.',
    '..',
    ' ',
    'a/b',
    'a\\b',
    'a\nb',
    'a\u0000',
    'a\u2028b',
    '\ud800x',
    'x'.repeat(256),
    '가'.repeat(86),
  ])('%j is refused', (raw) => {
    expect(codeOf(() => parseName(raw, 'filename'))).toMatch(/^(bad_name|name_too_long)$/)
  })
  test('jobs do not hide and are short', () => {
    expect(parseJobId('crash-42')).toBe('crash-42')
    expect(codeOf(() => parseJobId('.airlock'))).toBe('bad_job_id')
    expect(codeOf(() => parseJobId('x'.repeat(129)))).toBe('bad_job_id')
  })
})

describe('paths', () => {
  test.each([
    ['a.k', 'a.k'],
    ['case/0/U', 'case/0/U'],
    ['./case//0/./U', 'case/0/U'],
  ])('%s → %s', (raw, want) => expect(parseRelativePath(raw)).toBe(want))
  test.each([
    '/etc/passwd',
    '\\\\host\\x',
    'C:\\x',
    'C:/x',
    '../x',
    'a/../../x',
    'a/..',
    '',
    './',
    'a/\u0001/b',
    `${'x/'.repeat(65)}y`,
    `${'d/'.repeat(1200)}f`,
  ])('%j is refused', (raw) => expect(codeOf(() => parseRelativePath(raw))).toMatch(/^bad_(path|name)$/))
})

test.each([
  ['deck.k', 1, 'deck.k'],
  ['deck.k', 2, 'deck (2).k'],
  ['a/b/run.cas.h5', 3, 'a/b/run (3).cas.h5'],
  ['x.tar.gz', 2, 'x (2).tar.gz'],
  ['v1.2.dat', 2, 'v1.2 (2).dat'],
  ['d3plot', 2, 'd3plot (2)'],
  ['.foam', 2, '.foam (2)'],
  [`${'x'.repeat(253)}.k`, 12, `${'x'.repeat(248)} (12).k`],
])('numbered %s, %i → %s', (path, n, want) => expect(numberedPath(path, n)).toBe(want))

test('upload ids have one form', () => {
  expect(isUploadId('0198c5c5-0000-7000-8000-000000000000')).toBe(true)
  for (const id of [
    '0198C5C5-0000-7000-8000-000000000000',
    '0198c5c5-0000-4000-8000-000000000000',
    '0198c5c5-0000-7000-8000-00000000000',
    '../x',
    7,
  ]) {
    expect(isUploadId(id)).toBe(false)
  }
})
