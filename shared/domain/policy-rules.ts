import { GIB, KIB, MIB, TIB } from './limits.ts'
import { ANTIVIRUS_CEILING, type Budgets } from './policy.ts'

/** A whole number of a policy file. */
export type IntegerRule = { readonly min: number; readonly max: number; readonly what: string }

/**
 * Every budget by its name in a policy file. The upper bounds keep one scan process within its memory and one worker from
 * being held for days; parser and published schema are both made from this table.
 */
export const BUDGET_RULES = {
  ratio_free_bytes: { key: 'ratioFreeBytes', min: 0, max: TIB, what: 'bytes an archive may expand to at any ratio' },
  slow_ratio_free_bytes: {
    key: 'slowRatioFreeBytes',
    min: 0,
    max: TIB,
    what: 'the same for what is packed otherwise than by deflate or zstd',
  },
  max_ratio: { key: 'maxRatio', min: 1, max: 1_000_000, what: 'expanded bytes for each byte on disk, above that' },
  max_expanded_bytes: { key: 'maxExpandedBytes', min: MIB, max: 1024 * TIB, what: 'bytes of all layers together' },
  max_entries: { key: 'maxEntries', min: 1, max: 10_000_000, what: 'archive members of all layers together' },
  max_depth: { key: 'maxDepth', min: 1, max: 32, what: 'archives inside archives' },
  max_directory_bytes: { key: 'maxDirectoryBytes', min: KIB, max: 128 * MIB, what: 'bytes of a zip directory' },
  max_tar_header_bytes: { key: 'maxTarHeaderBytes', min: KIB, max: 16 * MIB, what: 'bytes of a tar extension header' },
  max_name_bytes: { key: 'maxNameBytes', min: 255, max: 64 * KIB, what: "bytes of a member's path" },
  max_name_components: { key: 'maxNameComponents', min: 1, max: 4096, what: "folders in a member's path" },
  max_window_bytes: { key: 'maxWindowBytes', min: MIB, max: 512 * MIB, what: "bytes of a codec's dictionary" },
  max_spool_bytes: { key: 'maxSpoolBytes', min: MIB, max: 64 * GIB, what: 'bytes of nested archives kept on disk' },
  wall_clock_base_ms: { key: 'wallClockBaseMs', min: 1000, max: 3_600_000, what: 'ms every scan may take' },
  wall_clock_bytes_per_ms: {
    key: 'wallClockBytesPerMs',
    min: 1000,
    max: 10_000_000,
    what: 'bytes that lengthen that time by 1 ms',
  },
} as const satisfies Record<string, IntegerRule & { readonly key: keyof Budgets }>

export const ANTIVIRUS_MAX_BYTES = {
  min: 0,
  max: ANTIVIRUS_CEILING,
  what: 'bytes of the largest file that is sent to the antivirus engine',
} as const satisfies IntegerRule

export const VERSION_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._:+@-]{0,63}$'
/** A name of digits alone would lose its place: JSON readers move such keys to the front. */
export const GROUP_PATTERN = '^(?![0-9]+$)[^\\u0000-\\u001f\\u007f]{1,128}$'
export const SEVERITIES = ['quarantine', 'warning', 'note', 'ignore'] as const
