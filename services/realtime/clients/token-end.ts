/** setTimeout takes no more than 2^31 - 1 ms, 24.8 days; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Calls `act` at `time` (ms since the epoch; null: never); answers how to call it off. */
export function onTokenEnd(time: number | null, act: () => void, now: () => number = Date.now): () => void {
  if (time === null) return () => undefined
  let timer: NodeJS.Timeout
  const arm = () => {
    const left = time - now()
    timer = left > MAX_TIMER_MS ? setTimeout(arm, MAX_TIMER_MS) : setTimeout(act, Math.max(left, 0))
  }
  arm()
  return () => clearTimeout(timer)
}
