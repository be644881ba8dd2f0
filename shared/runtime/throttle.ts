/**
 * Lets the first value of a key through at once, then at most one per `ms`, and always the last one.
 * A key that has been quiet for `ms` is forgotten, so the state does not grow with history.
 */
export function createThrottle<Value>(ms: number, send: (value: Value) => void) {
  const open = new Map<string, { timer: NodeJS.Timeout; waiting?: Value }>()

  const pass = (key: string, value: Value) => {
    open.set(key, { timer: setTimeout(() => end(key), ms).unref() })
    send(value)
  }
  const end = (key: string) => {
    const window = open.get(key)
    open.delete(key)
    if (window?.waiting !== undefined) pass(key, window.waiting)
  }

  return {
    offer(key: string, value: Value): void {
      const window = open.get(key)
      if (window === undefined) pass(key, value)
      else window.waiting = value
    },
    /** Forgets everything; values that wait are not sent. */
    close(): void {
      for (const { timer } of open.values()) clearTimeout(timer)
      open.clear()
    },
  }
}
