import type { Env } from '#shared/config/env.ts'

/** What a command needs of its process. */
export type CliContext = {
  readonly env: Env
  /** Where relative paths begin. */
  readonly cwd: string
  readonly signal: AbortSignal
  readonly say: (line: string) => void
  readonly warn: (line: string) => void
}
