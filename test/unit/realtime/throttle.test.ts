import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createThrottle } from '#shared/runtime/throttle.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first value passes at once, then one a window, and always the last', () => {
  const sent: string[] = []
  const throttle = createThrottle<string>(250, (value) => sent.push(value))
  for (const value of ['a1', 'a2', 'a3']) throttle.offer('a', value)
  throttle.offer('b', 'b1')
  expect(sent).toEqual(['a1', 'b1'])
  vi.advanceTimersByTime(250)
  expect(sent).toEqual(['a1', 'b1', 'a3'])
  throttle.offer('a', 'a4')
  vi.advanceTimersByTime(249)
  expect(sent).toEqual(['a1', 'b1', 'a3'])
  vi.advanceTimersByTime(1)
  expect(sent).toEqual(['a1', 'b1', 'a3', 'a4'])
})

test('a quiet key is forgotten: no timer is left', () => {
  const throttle = createThrottle<string>(250, () => undefined)
  for (let i = 0; i < 1_000; i++) throttle.offer(`key ${i}`, 'x')
  expect(vi.getTimerCount()).toBe(1_000)
  vi.advanceTimersByTime(250)
  expect(vi.getTimerCount()).toBe(0)
})

test('after close nothing is sent', () => {
  const sent: string[] = []
  const throttle = createThrottle<string>(250, (value) => sent.push(value))
  throttle.offer('a', 'a1')
  throttle.offer('a', 'a2')
  throttle.close()
  vi.advanceTimersByTime(1_000)
  expect(sent).toEqual(['a1'])
})
