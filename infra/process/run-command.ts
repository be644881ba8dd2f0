import { spawn } from 'node:child_process'

export type CommandResult = { readonly code: number | null; readonly output: string }
type CommandOptions = { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly limitMs?: number }

/** Enough of an output to say what went wrong. */
const KEPT_CHARACTERS = 64 * 1024

/** Runs a program to its end, both outputs together; a program that cannot be started answers code 127 as a shell would. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { env, cwd, limitMs = 120_000 } = options
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      ...(env === undefined ? {} : { env }),
      ...(cwd === undefined ? {} : { cwd }),
    })
    let output = ''
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_CHARACTERS)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) => resolve({ code: 127, output: error.message }))
    child.once('close', (code) => resolve({ code, output }))
  })
}

/** The last line that says something, for a one-sentence error. */
export const lastLine = (output: string): string => output.trim().split('\n').at(-1)?.trim() ?? ''
