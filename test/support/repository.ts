import { fileURLToPath } from 'node:url'

/** The checked-out folder. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
