import type { Verdict } from '#shared/domain/verdict.ts'

/** What the command ends with; from 64 on as in sysexits.h. */
export const EXIT = {
  clean: 0,
  warnings: 1,
  quarantine: 2,
  notInspectable: 3,
  usage: 64,
  held: 70,
  badPolicy: 78,
  badConfig: 78,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export type FileResult =
  | { readonly kind: 'verdict'; readonly path: string; readonly size: number; readonly verdict: Verdict }
  /** The scan could not finish; uploads are held then. */
  | { readonly kind: 'held'; readonly path: string; readonly reason: string }

/** Rising in weight: of several files the heaviest counts. */
const WEIGHT: readonly ExitCode[] = [EXIT.clean, EXIT.warnings, EXIT.notInspectable, EXIT.quarantine, EXIT.held]

export const heavier = (a: ExitCode, b: ExitCode): ExitCode => (WEIGHT.indexOf(a) > WEIGHT.indexOf(b) ? a : b)

export function exitCodeOf(result: FileResult): ExitCode {
  if (result.kind === 'held') return EXIT.held
  const { reasons, warnings } = result.verdict
  if (reasons.length > 0)
    return reasons.every(({ code }) => code === 'not_inspectable') ? EXIT.notInspectable : EXIT.quarantine
  return warnings.length > 0 ? EXIT.warnings : EXIT.clean
}
