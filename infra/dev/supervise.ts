import { type ChildProcess, fork } from 'node:child_process'
import { AppError } from '#shared/domain/errors.ts'
import { type Exit, exitOf, stopChild } from '../process/stop-child.ts'
import { backoffMs, WELL_AFTER_MS } from './backoff.ts'
import type { ChildLog } from './child-log.ts'

export type ChildSpec = {
  readonly name: string
  readonly entry: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

type SuperviseDeps = {
  readonly log: ChildLog
  readonly say: (text: string) => void
  readonly started: (name: string, pid: number) => Promise<void>
}

/** Longer than the stop steps of a process together as a rule take: it has its own limits. */
const STOP_LIMIT_MS = 30_000

/** Keeps one process running: if it ends by itself it is started again, later each time. */
export class SupervisedProcess {
  readonly #spec: ChildSpec
  readonly #deps: SuperviseDeps
  #child: ChildProcess | undefined
  #again: NodeJS.Timeout | undefined
  #stopping = false
  #failures = 0

  constructor(spec: ChildSpec, deps: SuperviseDeps) {
    this.#spec = spec
    this.#deps = deps
  }

  /** Resolves when it says that it is ready; throws `not_started` if it ends before. */
  async start(): Promise<void> {
    const child = this.#launch()
    const end = await Promise.race([readyOf(child), exitOf(child)])
    if (end !== 'ready') throw notStarted(this.#spec.name, end)
    this.#watch(child, Date.now())
  }

  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#again)
    const child = this.#child
    if (child !== undefined) {
      const { signal } = await stopChild(child, STOP_LIMIT_MS)
      if (signal === 'SIGKILL') this.#deps.say(`${this.#spec.name} did not stop in time and was killed`)
    }
    this.#deps.log.close()
  }

  #launch(): ChildProcess {
    const { entry, cwd, env, name } = this.#spec
    // Its own process group: Ctrl-C at the terminal must reach the launcher only, which stops all in order.
    const child = fork(entry, [], { cwd, env, detached: true, execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.#child = child
    if (child.stdout !== null && child.stderr !== null) this.#deps.log.attach(child.stdout, child.stderr)
    if (child.pid !== undefined) void this.#deps.started(name, child.pid)
    return child
  }

  #watch(child: ChildProcess, since: number): void {
    void exitOf(child).then((end) => {
      if (this.#stopping) return
      this.#failures = Date.now() - since > WELL_AFTER_MS ? 1 : this.#failures + 1
      const waitMs = backoffMs(this.#failures)
      this.#deps.say(
        `${this.#spec.name} ended unexpectedly (${describeEnd(end)}); it is started again in ${waitMs / 1_000} s`,
      )
      this.#again = setTimeout(() => this.#watch(this.#launch(), Date.now()), waitMs)
    })
  }
}

const readyOf = (child: ChildProcess): Promise<'ready'> =>
  new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'ready' in message) resolve('ready')
    })
  })

const notStarted = (name: string, end: Exit) =>
  new AppError(
    'unavailable',
    'not_started',
    `Cannot start: ${name} ended before it was ready (${describeEnd(end)}); see what it said above, or in var/log/${name}.log`,
  )

const describeEnd = ({ code, signal }: Exit): string => signal ?? `code ${code}`
