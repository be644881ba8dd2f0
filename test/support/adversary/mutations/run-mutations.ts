import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { MutationAnswer, MutationReport, MutationRun } from './messages.ts'

const CHILD = new URL('./child.ts', import.meta.url)
/** As scan processes are started. */
const LIMITS = ['--max-old-space-size=256', '--max-semi-space-size=8']
/** Fifty small archives: far more than they need on a busy machine. */
const SILENCE_MS = 30_000

/** Runs the mutations in a process of their own; throws if it ends, or is silent for longer than fifty cases may take. */
export async function runMutations(run: MutationRun): Promise<MutationReport> {
  const child = fork(CHILD, [], { execArgv: LIMITS, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  try {
    await once(child, 'message')
    child.send(run)
    return await answerOf(child)
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
}

function answerOf(child: ChildProcess): Promise<MutationReport> {
  return new Promise((resolve, reject) => {
    let done = 0
    const fail = (what: string) => reject(new Error(`${what} after ${done} cases; the one it was at is in its file`))
    const restart = () => setTimeout(() => fail(`silent for ${SILENCE_MS} ms`), SILENCE_MS)
    let timer = restart()
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      fail(`the process ended (${signal ?? code})`)
    })
    child.on('message', (message) => {
      const answer = message as MutationAnswer
      clearTimeout(timer)
      if (answer.kind === 'report') return resolve(answer.report)
      if (answer.kind === 'at') done = answer.done
      timer = restart()
    })
  })
}
