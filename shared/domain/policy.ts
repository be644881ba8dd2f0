import { FINDINGS, type FindingCode, type Severity } from './findings.ts'
import { GIB, KIB, MIB, TIB } from './limits.ts'

/** What one scan may use (scan.md §2). Bytes, counts, ms. */
export type Budgets = {
  /** Below this much expanded content no ratio rule holds: raw data of that size would be welcome too. */
  readonly ratioFreeBytes: number
  /** The same for what comes out of slow decoders, which is all but deflate and zstd: the larger amount would keep a verdict waiting for 20 s. */
  readonly slowRatioFreeBytes: number
  /** Above it, expanded bytes may be at most this many times the bytes on disk, all layers summed. */
  readonly maxRatio: number
  readonly maxExpandedBytes: number
  readonly maxEntries: number
  readonly maxDepth: number
  readonly maxDirectoryBytes: number
  readonly maxTarHeaderBytes: number
  readonly maxNameBytes: number
  readonly maxNameComponents: number
  readonly maxWindowBytes: number
  readonly maxSpoolBytes: number
  readonly wallClockBaseMs: number
  readonly wallClockBytesPerMs: number
}

/** Finer than its code, where a site may want to tell cases apart: the finer key wins over the code's. */
export const ENCRYPTED = 'not_inspectable.encrypted'
/** What `severities` of a policy may name. `antivirus_skipped` has its own setting, `antivirus.above_limit`. */
export type SeverityKey = Exclude<FindingCode, 'antivirus_skipped'> | typeof ENCRYPTED
export const SEVERITY_KEYS: readonly SeverityKey[] = Object.freeze(
  [...(Object.keys(FINDINGS) as FindingCode[]), ENCRYPTED as typeof ENCRYPTED].filter(
    (key) => key !== 'antivirus_skipped',
  ),
)

export const ABOVE_LIMIT = ['warning', 'quarantine', 'ignore'] as const satisfies readonly Severity[]
export type AntivirusRules = {
  /** Larger files are not sent to the antivirus engine. */
  readonly maxBytes: number
  /** What it means that a file was too large for the engine. */
  readonly aboveLimit: (typeof ABOVE_LIMIT)[number]
}

/** Compiled code a site may let in under its own name: shared libraries and object files of user subroutines. */
export const NATIVE_KINDS = ['so', 'o'] as const
export type NativeKind = (typeof NATIVE_KINDS)[number]

/** The rules one file is judged by; `severities` overrides the default of a finding code. */
export type Policy = {
  readonly version: string
  readonly budgets: Budgets
  readonly severities: Readonly<Partial<Record<SeverityKey, Severity>>>
  readonly allowNative: readonly NativeKind[]
  readonly antivirus: AntivirusRules
}

/** clamd reads no file of 2 GiB or more, whatever its configuration says. */
export const ANTIVIRUS_CEILING = 2 * GIB - 1

export const DEFAULT_POLICY: Policy = Object.freeze({
  version: 'default-1',
  budgets: Object.freeze({
    ratioFreeBytes: 4 * GIB,
    slowRatioFreeBytes: 2304 * MIB,
    maxRatio: 250,
    maxExpandedBytes: TIB,
    maxEntries: 100_000,
    maxDepth: 6,
    maxDirectoryBytes: 64 * MIB,
    maxTarHeaderBytes: MIB,
    maxNameBytes: 4 * KIB,
    maxNameComponents: 256,
    maxWindowBytes: 128 * MIB,
    maxSpoolBytes: 2 * GIB,
    wallClockBaseMs: 300_000,
    wallClockBytesPerMs: 5_000,
  }),
  severities: Object.freeze({}),
  allowNative: Object.freeze([]),
  antivirus: Object.freeze({ maxBytes: ANTIVIRUS_CEILING, aboveLimit: 'warning' }),
})

/**
 * How long a scan of `size` bytes may take, in ms: 300 s and a second for each 5 MB. Plain files need a hundredth of that; bzip2 packs text
 * to a fifth and gives some 40 MB a second back.
 */
export const scanDeadlineMs = (budgets: Budgets, size: number): number =>
  budgets.wallClockBaseMs + Math.ceil(size / budgets.wallClockBytesPerMs)
