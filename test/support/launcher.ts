import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { cacheFolder } from '../../infra/cache-folder.ts'
import { processMark } from '../../infra/process/process-mark.ts'
import { type Exit, exitOf } from '../../infra/process/stop-child.ts'
import { bareEnv } from './bare-env.ts'
import { freePort } from './ports.ts'
import { REPOSITORY } from './repository.ts'
import { makeTempFolder, type TempFolder } from './temp.ts'
import { until } from './until.ts'

/** With the page to be built, on a busy machine. */
const READY_LIMIT_MS = 150_000

const COPIED = [
  'infra',
  'services',
  'shared',
  'workers',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'LICENSE',
]

/** A check-out of its own, as a new user has it, but with the packages of this one. */
export async function copyCheckout(): Promise<TempFolder> {
  const folder = await makeTempFolder('checkout')
  for (const name of COPIED) {
    await cp(join(REPOSITORY, name), join(folder.path, name), {
      recursive: true,
      preserveTimestamps: true,
      filter: (source) => basename(source) !== 'node_modules',
    })
  }
  await symlink(join(REPOSITORY, 'node_modules'), join(folder.path, 'node_modules'))
  return folder
}

export type Launcher = {
  readonly child: ChildProcess
  readonly exited: Promise<Exit>
  output(): string
  ready(): Promise<string>
  kill(signal: NodeJS.Signals): void
}

/** Loopback ports for one site. */
export const sitePorts = async () => ({ API_PORT: String(await freePort()), REALTIME_PORT: String(await freePort()) })

/** What a shell of a new user sets, and where fetched programs are kept. */
const shellEnv = (): Record<string, string> => ({
  ...bareEnv(),
  HOME: process.env.HOME ?? '/tmp',
  AIRLOCK_CACHE: cacheFolder(REPOSITORY, process.env),
})

/** `npm start` in `folder`. */
export const npmStart = (folder: string, env: Record<string, string>): Launcher => launch('npm', ['start'], folder, env)

/** The launcher itself, without npm: signals reach it directly. */
export const nodeStart = (folder: string, env: Record<string, string>): Launcher =>
  launch(process.execPath, ['infra/dev/main.ts'], folder, env)

function launch(file: string, args: readonly string[], cwd: string, env: Record<string, string>): Launcher {
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...shellEnv(), ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  const exited = exitOf(child)
  return {
    child,
    exited,
    output: () => output,
    ready: async () => {
      await until(
        'npm start to be ready, or to end',
        () => output.includes('Ctrl-C stops everything') || child.exitCode !== null,
        READY_LIMIT_MS,
      )
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output}`)
      return output
    },
    kill: (signal) => void child.kill(signal),
  }
}

/** What a launcher has started, from its own record, by name. */
export function startedProcesses(folder: string): Map<string, number> {
  const entries = JSON.parse(readFileSync(join(folder, 'var/run/pids.json'), 'utf8')) as { name: string; pid: number }[]
  return new Map(entries.map(({ name, pid }) => [name, pid]))
}

/** Those of `pids` that still run. */
export async function stillRunning(pids: Iterable<number>): Promise<number[]> {
  const all = [...pids]
  const marks = await Promise.all(all.map(processMark))
  return all.filter((_pid, index) => marks[index] !== undefined)
}
