import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Load, LoadResult } from './client-process.ts'

export type LoadClient = { run(load: Load): Promise<number>; close(): void }

/** A process of its own that sends uploads, so that neither sending nor counting takes the measuring process's time. */
export async function startLoadClient(): Promise<LoadClient> {
  const child = fork(new URL('./client-process.ts', import.meta.url), [], { execArgv: [] })
  await once(child, 'message')
  return { run: (load) => ask(child, load), close: () => child.disconnect() }
}

/** Seconds from the first byte to the last answer. */
async function ask(child: ChildProcess, load: Load): Promise<number> {
  child.send(load)
  const [result] = (await once(child, 'message')) as [LoadResult]
  if ('failed' in result) throw new Error(result.failed)
  return result.seconds
}
