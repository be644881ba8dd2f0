import { setTimeout as pause } from 'node:timers/promises'

type Probed<T> = T | undefined | null | false

/** Far above what any of it takes: what is late on a busy machine comes yet, and what never comes is told all the same. */
const LIMIT_MS = 90_000

/**
 * Waits for a condition: asks until the answer is something. `what` completes "waited in vain for …".
 * A probe that throws is asked again, and its last error is the cause of the failure.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<Probed<T>> | Probed<T>,
  limitMs = LIMIT_MS,
): Promise<T> {
  const deadline = performance.now() + limitMs
  let cause: unknown
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 1.5, 100)) {
    try {
      const found = await probe()
      if (found !== undefined && found !== null && found !== false) return found
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (performance.now() >= deadline)
      throw new Error(`Waited in vain for ${what} (${limitMs} ms)${reason(cause)}`, { cause })
    await pause(waitMs)
  }
}

const reason = (cause: unknown): string => (cause instanceof Error ? `: ${cause.message}` : '')
