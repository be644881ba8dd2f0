import { existsSync, readFileSync } from 'node:fs'
import { runCommand } from './run-command.ts'

/**
 * Tells a process from a later one with the same number: when it was started, and on Linux in which boot.
 * Undefined if there is no such process, or only its remains (zombie).
 */
export async function processMark(pid: number): Promise<string | undefined> {
  if (!existsSync('/proc/self/stat')) {
    const { code, output } = await runCommand('ps', ['-o', 'lstart=', '-p', String(pid)])
    return code === 0 ? output.trim() : undefined
  }
  const stat = readIfThere(`/proc/${pid}/stat`)
  // The name stands in parentheses and may hold anything; the fields after it are plain: state is the 3rd, start time the 22nd.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields === undefined || fields[0] === 'Z') return undefined
  return `${readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}:${fields[19]}`
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    // ESRCH: it ended between opening and reading.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
