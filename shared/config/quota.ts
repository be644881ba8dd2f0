import { TIB } from '../domain/limits.ts'
import type { EnvReader } from './env.ts'

/** Bytes a user may hold; null: no limit. */
export function readQuota(read: EnvReader): number | null {
  const bytes = read.bytes('QUOTA_BYTES', { min: 0, max: 1024 * TIB, fallback: 0 })
  return bytes === 0 ? null : bytes
}
