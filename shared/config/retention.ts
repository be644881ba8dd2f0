import type { EnvReader } from './env.ts'

export type Retention = {
  /** How long Redis keeps finished uploads, ms; the ledger has them for ever. */
  readonly retentionMs: number
}

export const readRetention = (read: EnvReader): Retention => ({
  retentionMs: read.int('RETENTION_DAYS', { min: 1, max: 3_650, fallback: 30 }) * 86_400_000,
})
