/**
 * The bodies being received now. A stop ends each where it is: what has arrived is made durable and acknowledged with the offset
 * reached, and its client goes on elsewhere.
 */
export class OpenBodies {
  readonly #open = new Set<AbortController>()
  #stopping = false

  get count(): number {
    return this.#open.size
  }

  /** Runs `receive` with a signal that is aborted with `request`, or by a stop. */
  async during<Value>(request: AbortSignal, receive: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const body = new AbortController()
    const end = () => body.abort()
    request.addEventListener('abort', end)
    this.#open.add(body)
    if (this.#stopping || request.aborted) end()
    try {
      return await receive(body.signal)
    } finally {
      this.#open.delete(body)
      request.removeEventListener('abort', end)
    }
  }

  stop(): void {
    this.#stopping = true
    for (const body of this.#open) body.abort()
  }
}
