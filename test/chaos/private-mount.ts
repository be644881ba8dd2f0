import { spawn } from 'node:child_process'
import { mkdir, statfs } from 'node:fs/promises'
import { lastLine, runCommand } from '../../infra/process/run-command.ts'
import { exitOf } from '../../infra/process/stop-child.ts'

/** Set in the process that lives in a mount namespace of its own. */
const INSIDE = 'AIRLOCK_CHAOS_NAMESPACE'

/**
 * Runs this program again in a mount namespace of its own, where a small file system can be mounted that nobody else sees; answers its
 * exit code, or undefined where it runs in one already or the machine lets nobody have one.
 */
export async function enterNamespace(node: NodeJS.Process): Promise<number | undefined> {
  if (node.env[INSIDE] === '1') return undefined
  const how = node.getuid?.() === 0 ? ['-m'] : ['-r', '-m']
  const probe = await runCommand('unshare', [...how, 'mount', '-t', 'tmpfs', 'airlock', '/mnt'])
  if (probe.code !== 0) return undefined
  const child = spawn('unshare', [...how, node.execPath, ...node.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...node.env, [INSIDE]: '1' },
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) node.on(signal, () => void child.kill(signal))
  return (await exitOf(child)).code ?? 1
}

/** What arrives between the look and the resize, growing with each try. */
const SLACK_PAGES = 8

export type SmallDisk = {
  /** Leaves next to nothing free. */
  fill(): Promise<void>
  /** As it was. */
  relieve(): Promise<void>
  unmount(): Promise<void>
}

/** A tmpfs of `bytes` at `folder`, or undefined outside of a mount namespace of one's own. */
export async function mountSmallDisk(
  folder: string,
  bytes: number,
  env: NodeJS.ProcessEnv,
): Promise<SmallDisk | undefined> {
  if (env[INSIDE] !== '1') return undefined
  await mkdir(folder, { recursive: true })
  await mount(['-t', 'tmpfs', '-o', `size=${bytes}`, 'airlock', folder])
  const resize = (size: number) => mount(['-o', `remount,size=${size}`, folder])
  return {
    async fill() {
      // Bytes arrive meanwhile: a size below what is used is refused.
      for (let tries = 1; ; tries++) {
        const { blocks, bfree, bsize } = await statfs(folder)
        try {
          return await resize((blocks - bfree + tries * SLACK_PAGES) * bsize)
        } catch (error) {
          if (tries === 20) throw error
        }
      }
    },
    relieve: () => resize(bytes),
    unmount: () => run('umount', [folder]),
  }
}

const mount = (args: readonly string[]) => run('mount', args)

async function run(program: string, args: readonly string[]): Promise<void> {
  const { code, output } = await runCommand(program, args)
  if (code !== 0) throw new Error(`Cannot ${program}: ${lastLine(output)}`)
}
