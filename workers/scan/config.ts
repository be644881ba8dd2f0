import { readClamd } from '#shared/config/clamd.ts'
import { readCommon } from '#shared/config/common.ts'
import type { EnvReader } from '#shared/config/env.ts'
import { readPolicy } from '#shared/config/policy.ts'
import { readScanLine } from '#shared/config/scan-line.ts'

export type ScanConfig = ReturnType<typeof loadScanConfig>

export function loadScanConfig(read: EnvReader) {
  return Object.freeze({
    ...readCommon(read),
    concurrency: read.int('SCAN_CONCURRENCY', { min: 1, max: 64, fallback: 2 }),
    scanLine: readScanLine(read),
    ...readPolicy(read),
    clamd: readClamd(read),
    decoders: { path: read.raw('PATH'), folder: read.raw('DECODER_PATH') ?? null },
  })
}
