import { MIB } from '#shared/domain/limits.ts'
import type { Decoders, Program } from './decoders.ts'

/** Address space: a 150 kB 7z header took 7zz to 1 GB without it. */
const MEMORY_BYTES = 768 * MIB
/** Between the signal that ends a decoder for its processor time and the one nothing survives. */
const HARD_AFTER_S = 5

export type Fenced = { readonly file: string; readonly args: readonly string[] }

/**
 * The command line that runs a decoder within its limits (scan.md §4): it may read and write what is open, and nothing
 * more; it gains no privileges, and goes when the scan process goes, however that ends.
 */
export function fencedCommand(
  decoders: Decoders,
  program: Program,
  args: readonly string[],
  cpuSeconds: number,
): Fenced {
  if (decoders.prlimit === null) throw new Error('Cannot run a decoder without prlimit')
  const limits = [
    `--as=${MEMORY_BYTES}`,
    `--cpu=${cpuSeconds}:${cpuSeconds + HARD_AFTER_S}`,
    '--fsize=0',
    '--nofile=16',
    '--core=0',
  ]
  const privileges =
    decoders.setpriv === null ? [] : [decoders.setpriv.file, '--no-new-privs', '--pdeathsig', 'KILL', '--']
  return { file: decoders.prlimit.file, args: [...limits, '--', ...privileges, program.file, ...args] }
}
