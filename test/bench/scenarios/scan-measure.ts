import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { findOnPath } from '../../../infra/process/find-on-path.ts'
import type { ScanFigures, ScanOrder } from './scan-process.ts'

const PROCESS = new URL('./scan-process.ts', import.meta.url)
const CORE = String(cpus().length - 1)

export type Command = { readonly file: string; readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv }

const taskset = (): string | undefined => findOnPath(['taskset'], process.env.PATH)

export const pinning = (): string => (taskset() === undefined ? 'on all cores (no taskset)' : 'on one core')

/** Where the processes of one measurement run: all on one core, or as a scan worker runs them, a decoder beside the scan process. */
export type Cores = 'one' | 'all'

/** Judges one file in a scan process of its own; its start is not counted, nor is a file that is judged before. */
export async function scanOnce(order: ScanOrder, cores: Cores = 'one'): Promise<ScanFigures> {
  const pin = cores === 'one' ? taskset() : undefined
  const child: ChildProcess =
    pin === undefined ? fork(PROCESS) : fork(PROCESS, [], { execPath: pin, execArgv: ['-c', CORE, process.execPath] })
  await once(child, 'message')
  child.send(order)
  const [figures] = (await once(child, 'message')) as [ScanFigures]
  child.disconnect()
  await once(child, 'exit')
  return figures
}

/** Milliseconds until it ended well; throws if it did not. */
export async function timeTool({ file, args, env }: Command, cores: Cores = 'one'): Promise<number> {
  const pin = cores === 'one' ? taskset() : undefined
  const command = pin === undefined ? { file, args } : { file: pin, args: ['-c', CORE, file, ...args] }
  const started = performance.now()
  const child = spawn(command.file, command.args, { stdio: 'ignore', env: { ...process.env, ...env } })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`Cannot time ${file} ${args.join(' ')}: it ended with ${code}`)
  return performance.now() - started
}
