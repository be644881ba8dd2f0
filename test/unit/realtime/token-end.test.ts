import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onTokenEnd } from '../../../services/realtime/clients/token-end.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const DAY = 86_400_000

test.each([
  ['an hour', DAY / 24],
  ['60 days, more than a timer holds', 60 * DAY],
])('acts after %s, once', (_name, ms) => {
  const act = vi.fn()
  onTokenEnd(Date.now() + ms, act)
  vi.advanceTimersByTime(ms - 1)
  expect(act).not.toHaveBeenCalled()
  vi.advanceTimersByTime(100 * DAY)
  expect(act).toHaveBeenCalledTimes(1)
})

test('never acts for a token without an end, or once called off', () => {
  const act = vi.fn()
  onTokenEnd(null, act)
  onTokenEnd(Date.now() + DAY, act)()
  vi.advanceTimersByTime(2 * DAY)
  expect(act).not.toHaveBeenCalled()
})
