import { readCommon } from '#shared/config/common.ts'
import type { EnvReader } from '#shared/config/env.ts'
import { readRetention } from '#shared/config/retention.ts'
import { readScanLine } from '#shared/config/scan-line.ts'

export type SweepConfig = ReturnType<typeof loadSweepConfig>

export function loadSweepConfig(read: EnvReader) {
  return Object.freeze({
    ...readCommon(read),
    ...readRetention(read),
    intervalMs: read.int('SWEEP_INTERVAL_SECONDS', { min: 1, max: 3_600, fallback: 10 }) * 1_000,
    reconcileMs: read.int('RECONCILE_INTERVAL_MINUTES', { min: 1, max: 10_080, fallback: 60 }) * 60_000,
    ledgerAfterMs: read.int('LEDGER_AFTER_HOURS', { min: 0, max: 8_760, fallback: 24 }) * 3_600_000,
    uploadExpiryMs: read.int('UPLOAD_EXPIRY_HOURS', { min: 1, max: 8_760, fallback: 168 }) * 3_600_000,
    scanLine: readScanLine(read),
  })
}
