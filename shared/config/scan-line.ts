import type { EnvReader } from './env.ts'

export type ScanLineConfig = {
  /** Attempts at one scan before the upload is held. */
  readonly attempts: number
  /** Most uploads of one user that are scanned or about to be; 0: no limit. */
  readonly perUser: number
}

/** How uploads come to their scan; the same in every process that brings them there. */
export const readScanLine = (read: EnvReader): ScanLineConfig => ({
  attempts: read.int('SCAN_ATTEMPTS', { min: 1, max: 20, fallback: 3 }),
  perUser: read.int('SCANS_PER_USER', { min: 0, max: 100_000, fallback: 8 }),
})
