import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { type Exit, exitOf } from '../../infra/process/stop-child.ts'
import { userEnv } from './bare-env.ts'
import { REPOSITORY } from './repository.ts'

export type RunningProcess = {
  readonly pid: number
  /** Every line of both outputs so far, the newest last; it goes on growing. */
  readonly logs: string[]
  readonly exited: Promise<Exit>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM; resolves to the exit code. Fails, with the log, if the process is still there after a minute. */
  stop(): Promise<number | null>
}

/** On a busy machine, with a whole site that starts at once. */
const READY_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 60_000

/** `execPath`: what is run in place of node. */
export type StartOptions = { readonly execPath?: string; readonly readyLimitMs?: number }

/**
 * Runs a process's real main file and waits until it says that it is ready. `entry` is relative to the repository. Its environment is `env`
 * and nothing else that could configure it. It ends with the test process at the latest.
 */
export async function startProcess(
  entry: string,
  env: Record<string, string>,
  { execPath = process.execPath, readyLimitMs = READY_LIMIT_MS }: StartOptions = {},
): Promise<RunningProcess> {
  const child = fork(resolve(REPOSITORY, entry), [], {
    execPath,
    cwd: REPOSITORY,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...userEnv(), NODE_ENV: 'test', AIRLOCK_STOP_WITH_PARENT: '1', ...env },
  })
  const logs: string[] = []
  for (const output of [child.stdout, child.stderr]) if (output !== null) collectLines(output, logs)
  // Node's own way out of a test process that ends without having stopped its children.
  const killAtExit = () => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const exited = exitOf(child)
  void exited.then(() => process.off('exit', killAtExit))
  await untilReady(entry, child, logs, readyLimitMs)
  return {
    pid: child.pid ?? 0,
    logs,
    exited,
    kill: (signal) => void child.kill(signal),
    stop: () => stopInOrder(entry, child, logs),
  }
}

function collectLines(output: Readable, logs: string[]): void {
  createInterface({ input: output }).on('line', (line) => logs.push(line))
}

async function untilReady(entry: string, child: ChildProcess, logs: readonly string[], limitMs: number): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  const closed = once(child, 'close')
  try {
    await Promise.race([readyMessage(child, limit), endedEarly(child, limit)])
  } catch (cause) {
    child.kill('SIGKILL')
    // The outputs end after the process does, and the reason stands in them.
    await closed
    const why = limit.aborted ? `not ready after ${limitMs} ms` : (cause as Error).message
    throw new Error(`Cannot start ${entry}: ${why}\n${tail(logs)}`, { cause })
  }
}

async function readyMessage(child: ChildProcess, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [message] = await once(child, 'message', { signal })
    if (typeof message === 'object' && message !== null && 'ready' in message) return
  }
}

async function endedEarly(child: ChildProcess, signal: AbortSignal): Promise<never> {
  const [code, by] = await once(child, 'exit', { signal })
  throw new Error(`it ended with ${by ?? `code ${code}`}`)
}

async function stopInOrder(entry: string, child: ChildProcess, logs: readonly string[]): Promise<number | null> {
  let late = false
  const timer = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, STOP_LIMIT_MS)
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
  const { code } = await exitOf(child)
  clearTimeout(timer)
  if (late) throw new Error(`Cannot stop ${entry}: still there ${STOP_LIMIT_MS} ms after SIGTERM\n${tail(logs)}`)
  return code
}

const tail = (logs: readonly string[]): string => logs.slice(-30).join('\n')
