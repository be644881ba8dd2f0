import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** Resolves when the child has ended, also if it ended before the call. */
export async function exitOf(child: ChildProcess): Promise<Exit> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return { code: child.exitCode, signal: child.signalCode }
}

/** SIGTERM, and SIGKILL if it has not ended after `limitMs`. */
export async function stopChild(child: ChildProcess, limitMs: number): Promise<Exit> {
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  try {
    child.kill('SIGTERM')
    return await exitOf(child)
  } finally {
    clearTimeout(timer)
  }
}
