import { withDeadline } from './deadline.ts'
import type { Logger } from './logger.ts'

/** Graceful stop: last started, first stopped; a stuck or failing step cannot skip the others. */
export class Lifecycle {
  readonly #stack = new AsyncDisposableStack()
  readonly #log: Logger
  readonly #stepMs: number
  readonly #reloads: (() => void)[] = []
  #failures = 0
  #stopping: Promise<number> | undefined

  constructor(log: Logger, stepMs: number) {
    this.#log = log
    this.#stepMs = stepMs
  }

  /** True from the first call of {@link stop} on: `/ready` says no. */
  get isStopping(): boolean {
    return this.#stopping !== undefined
  }

  /** Registers a step; `limitMs` where a step has work of its own to finish (a running scan, an open PATCH). */
  onStop(name: string, stop: () => Promise<unknown>, limitMs = this.#stepMs): void {
    this.#stack.defer(async () => {
      try {
        await withDeadline(name, limitMs, stop)
      } catch (err) {
        this.#failures++
        this.#log.error({ err, step: name }, 'stop step failed')
      }
    })
  }

  /** Registers what is to be read again on SIGHUP; it handles its own errors. */
  onReload(reload: () => void): void {
    this.#reloads.push(reload)
  }

  reload(): void {
    for (const reload of this.#reloads) reload()
  }

  /** Stops everything once and answers the exit code: 0 if every step ended well. */
  stop(): Promise<number> {
    this.#stopping ??= this.#stack.disposeAsync().then(() => (this.#failures === 0 ? 0 : 1))
    return this.#stopping
  }
}
