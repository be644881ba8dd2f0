const FIRST_MS = 500
const LONGEST_MS = 30_000
/** Who has run this long is well, and begins again with the shortest pause. */
export const WELL_AFTER_MS = 60_000

/** The pause before the n-th new start in a row (1, 2, …), ms. */
export const backoffMs = (attempt: number): number => Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS)
