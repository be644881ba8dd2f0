import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { makeTempFolder } from './temp.ts'

/** A mount namespace of its own: file systems that nobody else on the machine sees, and that go with it (mount_namespaces(7)). */
export type OwnMounts = {
  /** A folder with nothing in it, the same path inside and outside; what is mounted there is seen inside only. */
  readonly folder: string
  /** Stands in for `node`: runs it inside. */
  readonly execPath: string
  /** Runs a shell script inside; `$F` is the folder. Answers what it prints. */
  run(script: string): Promise<string>
  /** Where a path of the inside is seen from outside. */
  outside(path: string): string
  close(): Promise<void>
}

/** Why this machine does not let us mount, or undefined where it does. */
export function whyNoMounts(): string | undefined {
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt && umount /mnt'], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return `mounting is not allowed here (${(error as Error).message.split('\n')[1] ?? 'unshare failed'})`
  }
}

const run = promisify(execFile)

export async function openOwnMounts(): Promise<OwnMounts> {
  const temp = await makeTempFolder('mounts')
  const folder = join(temp.path, 'inside')
  await mkdir(folder)
  const holder = spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', 'echo ready; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const killAtExit = () => void holder.kill('SIGKILL')
  process.once('exit', killAtExit)
  await once(holder.stdout, 'data')
  const enter = ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, '--']
  const execPath = join(temp.path, 'node-inside')
  await writeFile(execPath, `#!/bin/sh\nexec ${enter.join(' ')} '${process.execPath}' "$@"\n`)
  await chmod(execPath, 0o755)
  return {
    folder,
    execPath,
    run: async (script) => {
      const [command = '', ...args] = [...enter, 'sh', '-euc', script]
      const { stdout } = await run(command, args, { env: { ...process.env, F: folder }, cwd: '/' })
      return stdout
    },
    outside: (path) => `/proc/${holder.pid}/root${path}`,
    async close() {
      process.off('exit', killAtExit)
      const gone = once(holder, 'exit')
      holder.kill('SIGKILL')
      await gone
      await temp.remove()
    },
  }
}
