import { GIB, KIB, MIB, TIB } from '#shared/domain/limits.ts'

const UNITS = [
  ['TiB', TIB],
  ['GiB', GIB],
  ['MiB', MIB],
  ['KiB', KIB],
] as const

/** 10737418240 → "10.0 GiB". */
export function formatBytes(bytes: number): string {
  const unit = UNITS.find(([, size]) => bytes >= size)
  return unit === undefined ? `${bytes} bytes` : `${(bytes / unit[1]).toFixed(1)} ${unit[0]}`
}

/** 100000 → "100,000". */
export const formatCount = (count: number): string => count.toLocaleString('en-US')
