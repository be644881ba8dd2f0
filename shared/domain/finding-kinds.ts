import type { FindingCode } from './findings.ts'
import type { NativeKind } from './policy.ts'

type Fact = { readonly code: FindingCode; readonly place: string; readonly detail: string }

/**
 * Finer kinds than a finding's code tells. The gate puts them into `detail`, always in the same words; a test judges real
 * files and holds these words against the gate's.
 */
export const isEncrypted = ({ code, detail }: Fact): boolean =>
  code === 'not_inspectable' && /\bencrypted\b/.test(detail)

/** What the gate calls the structure, and the names under which a build writes it. */
const NATIVE: Readonly<Record<NativeKind, { readonly detail: string; readonly name: RegExp }>> = {
  so: { detail: 'Linux program or shared library (ELF)', name: /.\.so(\.\d+)*$/ },
  o: { detail: 'Linux object file (ELF)', name: /.\.o$/ },
}

/** Whether what the gate calls `detail` is compiled code of an allowed kind under its own file name. */
export const isAllowedNative = (detail: string, name: string, allowed: readonly NativeKind[]): boolean =>
  allowed.some((kind) => NATIVE[kind].detail === detail && NATIVE[kind].name.test(name))
