import { LIMITS } from '../domain/limits.ts'

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

export const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const isText = (value: unknown): value is string => typeof value === 'string'
export const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value)
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Redis counts with them: what is no time stops its scripts. */
export const isTime = (value: unknown): boolean =>
  isText(value) && RFC_3339.test(value) && Number.isFinite(Date.parse(value))
export const isTimeOrNull = (value: unknown): boolean => value === null || isTime(value)

/** Bytes of one upload, of which the whole site's are summed up. */
export const isLength = (value: unknown): value is number => isCount(value) && value <= LIMITS.uploadBytes
