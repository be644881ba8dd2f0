import type { Logger } from '#shared/runtime/logger.ts'

/** How often each action was taken. */
export type ActionCounts = Record<string, number>

export type Actions = ReturnType<typeof createActions>

/** Each thing that a sweep does is logged and counted; `tell` adds the counts up for the whole site. */
export function createActions(log: Logger, tell: (counts: ActionCounts) => Promise<void>) {
  let counts: ActionCounts = {}
  return {
    /** `about` says what it was done to. */
    took(action: string, about: object, times = 1): void {
      counts[action] = (counts[action] ?? 0) + times
      log.info({ ...about, action }, 'put right')
    },
    /** To be looked at by a person. */
    found(what: string, about: object): void {
      counts[what] = (counts[what] ?? 0) + 1
      log.warn({ ...about, action: what }, 'not as it should be')
    },
    /** Hands over what was counted since the last time. */
    async flush(): Promise<ActionCounts> {
      const done = counts
      counts = {}
      if (Object.keys(done).length > 0) await tell(done)
      return done
    },
  }
}
