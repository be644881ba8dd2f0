import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatFullTime,
  formatTime,
  percentOf,
  splitPath,
} from '../../../services/web/src/core/format.ts'

describe('sizes', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '0.98 KiB'],
    [1024, '1 KiB'],
    [1536, '1.50 KiB'],
    [10_240, '10 KiB'],
    [102_400, '100 KiB'],
    [1_048_575, '1 MiB'],
    [1.21 * 2 ** 30, '1.21 GiB'],
    [128 * 2 ** 30, '128 GiB'],
    [2 ** 41, '2 TiB'],
    [2 ** 70, '1048576 PiB'],
  ]
  test.each(cases)('%d is %s', (bytes, want) => expect(formatBytes(bytes)).toBe(want))
})

describe('per cent', () => {
  const cases: [number, number | null, number][] = [
    [0, 100, 0],
    [1, 3, 33],
    [999_999, 1_000_000, 99],
    [100, 100, 100],
    [0, 0, 100],
    [5, null, 0],
    [-1, 10, 0],
  ]
  test.each(cases)('%d of %s is %d', (part, whole, want) => expect(percentOf(part, whole)).toBe(want))
})

test('a time of today is an hour, another a day, one of another year has its year', () => {
  const now = new Date(2026, 10, 22, 23, 0)
  expect(formatTime(new Date(2026, 10, 22, 9, 5).toISOString(), now, 'en')).toBe('09:05')
  expect(formatTime(new Date(2026, 2, 3).toISOString(), now, 'en')).toBe('3 Mar')
  expect(formatTime(new Date(2025, 2, 3).toISOString(), now, 'en')).toBe('3 Mar 2025')
  expect(formatTime(new Date(2026, 2, 3).toISOString(), now, 'ko')).toBe('3월 3일')
  expect(formatTime('no time', now, 'en')).toBe('')
  expect(formatFullTime('', 'en')).toBe('')
})

test('a path is its folder and its name', () => {
  expect(splitPath('case/mesh/a.k')).toEqual(['case/mesh/', 'a.k'])
  expect(splitPath('a.k')).toEqual(['', 'a.k'])
})

test('counts have their separators', () => expect(formatCount(12_345, 'en')).toBe('12,345'))
