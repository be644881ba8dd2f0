/** zlib's own words about data that is no deflate stream or ends too early; anything else it throws is our fault. */
const DATA_ERRORS = new Set(['Z_DATA_ERROR', 'Z_BUF_ERROR', 'Z_NEED_DICT'])
/** Of libzstd, the one that is no fault of the data. */
const NO_MEMORY = 'ZSTD_error_memory_allocation'

export class DamagedData extends Error {}

export const codeOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined)

export function asDamage(error: unknown): unknown {
  const code = String(codeOf(error))
  const isDamage = DATA_ERRORS.has(code) || (code.startsWith('ZSTD_error_') && code !== NO_MEMORY)
  return error instanceof Error && isDamage ? new DamagedData(error.message, { cause: error }) : error
}
