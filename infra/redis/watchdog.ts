import { spawn } from 'node:child_process'

/**
 * Ends `pid` when this process dies, however it dies: a shell waits for the end of its input, which only we hold open.
 * Answers a function that calls the watchdog off.
 */
export function startWatchdog(pid: number): () => void {
  const shell = spawn('sh', ['-c', `read -r _; kill -TERM ${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  // Called off, its input may break in the middle of nothing.
  shell.stdin.on('error', () => undefined)
  return () => void shell.kill('SIGKILL')
}
