import type { FindingCode, Severity } from './findings.ts'
import { GIB, KIB, MIB, TIB } from './limits.ts'

/** What one scan may use (scan.md §2). Bytes, counts, ms. */
export type Budgets = {
  /** Below this much expanded content no ratio rule holds: raw data of that size would be welcome too. */
  readonly ratioFreeBytes: number
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

/** A site's rules as data; `severities` overrides the default of a finding code. */
export type Policy = {
  readonly version: string
  readonly budgets: Budgets
  readonly severities: Readonly<Partial<Record<FindingCode, Severity>>>
}

export const DEFAULT_POLICY: Policy = Object.freeze({
  version: 'default-1',
  budgets: Object.freeze({
    ratioFreeBytes: 4 * GIB,
    maxRatio: 250,
    maxExpandedBytes: TIB,
    maxEntries: 100_000,
    maxDepth: 6,
    maxDirectoryBytes: 64 * MIB,
    maxTarHeaderBytes: MIB,
    maxNameBytes: 4 * KIB,
    maxNameComponents: 256,
    maxWindowBytes: 256 * MIB,
    maxSpoolBytes: 2 * GIB,
    wallClockBaseMs: 120_000,
    wallClockBytesPerMs: 50_000,
  }),
  severities: Object.freeze({}),
})

/** How long a scan of `size` bytes may take, in ms: 120 s and a second for each 50 MB. */
export const scanDeadlineMs = (budgets: Budgets, size: number): number =>
  budgets.wallClockBaseMs + Math.ceil(size / budgets.wallClockBytesPerMs)
