import { setTimeout as pause } from 'node:timers/promises'
import { type RunningProcess, startProcess } from '../../support/processes.ts'
import type { Journal } from '../journal.ts'

export type Kind = 'api' | 'realtime' | 'scan' | 'sweep'

/** One life of a process: from its start to its end. */
export type Life = { readonly startedAt: number; readonly logs: readonly string[] }

/** How long a process that cannot start is left alone before the next try, ms. */
const AGAIN_MS = 500
/** A start on a busy machine, ms: to kill it and begin anew makes the machine busier. */
const READY_LIMIT_MS = 120_000

/** A process with a supervisor, as a site has one: whatever ends it, it is started again. */
export class Member {
  readonly name: string
  readonly kind: Kind
  readonly lives: Life[] = []
  readonly #start: () => Promise<RunningProcess>
  readonly #journal: Journal
  #running: RunningProcess | undefined
  #expected = false
  #frozen = false
  #closing = false
  #busy: Promise<unknown> = Promise.resolve()

  constructor(name: string, kind: Kind, entry: string, env: Record<string, string>, journal: Journal) {
    this.name = name
    this.kind = kind
    this.#journal = journal
    this.#start = () => startProcess(entry, env, { readyLimitMs: READY_LIMIT_MS })
  }

  get isUp(): boolean {
    return this.#running !== undefined && !this.#frozen
  }

  get pid(): number {
    return this.#running?.pid ?? 0
  }

  async start(): Promise<void> {
    for (;;) {
      const startedAt = this.#journal.now()
      try {
        const running = await this.#start()
        this.#running = running
        this.#expected = false
        this.lives.push({ startedAt, logs: running.logs })
        void running.exited.then((exit) => this.#ended(running, exit.code ?? exit.signal ?? ''))
        return
      } catch (error) {
        const text = (error as Error).message
        this.lives.push({ startedAt, logs: text.split('\n').slice(1) })
        this.#journal.count(`could not start: ${this.kind}`)
        this.#journal.note(this.name, `could not start: ${text.split('\n')[0]}`)
        if (this.#closing) return
        await pause(AGAIN_MS)
      }
    }
  }

  #ended(running: RunningProcess, how: number | string): void {
    this.#journal.note(this.name, `ended with ${how}`)
    if (this.#running === running) this.#running = undefined
    if (this.#expected || this.#closing) return
    this.#journal.find('a process ended by itself', `${this.name}: ${how}\n${running.logs.slice(-15).join('\n')}`)
    void this.start()
  }

  /** SIGKILL; started again after `downMs`. */
  kill(downMs: number): Promise<void> {
    return this.#exclusive(async (running) => {
      running.kill('SIGKILL')
      await running.exited
      await pause(downMs)
      await this.start()
    })
  }

  /** SIGTERM and, once it has ended, a new start; a process that does not end in order is a finding. */
  terminate(): Promise<void> {
    return this.#exclusive(async (running) => {
      const code = await running.stop().catch((error: Error) => error.message.split('\n')[0])
      if (code !== 0) this.#stoppedBadly(running, String(code))
      await this.start()
    })
  }

  #stoppedBadly(running: RunningProcess, code: string): void {
    const outage = this.#journal.during('redis', this.#journal.now() - 15_000, this.#journal.now(), 5_000).length > 0
    this.#journal.count(`SIGTERM ended with ${code}${outage ? ' while Redis was away' : ''}`)
    if (!outage)
      this.#journal.find('SIGTERM did not end in order', `${this.name}: ${code}\n${running.logs.slice(-15).join('\n')}`)
  }

  /** SIGSTOP for `ms`, then SIGCONT. */
  freeze(ms: number): Promise<void> {
    return this.#exclusive(async (running) => {
      this.#expected = false
      this.#frozen = true
      const close = this.#journal.open('frozen', this.name)
      running.kill('SIGSTOP')
      await pause(ms)
      running.kill('SIGCONT')
      close()
      this.#frozen = false
    })
  }

  /** One fault at a time; a process that is down already is left to its supervisor. */
  async #exclusive(act: (running: RunningProcess) => Promise<void>): Promise<void> {
    const before = this.#busy
    const work = before.then(async () => {
      if (this.#running === undefined || this.#closing) return
      this.#expected = true
      await act(this.#running)
    })
    this.#busy = work.catch(() => undefined)
    await work
  }

  /** Waits for the faults under way. */
  settled = (): Promise<unknown> => this.#busy

  async stop(): Promise<number | null> {
    this.#closing = true
    await this.#busy
    return this.#running === undefined ? 0 : this.#running.stop()
  }
}
