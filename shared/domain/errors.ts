/** What went wrong, in the words of the domain; the edges map a kind to HTTP, tus and retry (one table each). */
export const ERROR_KINDS = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'missing',
  'gone',
  'conflict',
  'unsupportedVersion',
  'unsupportedType',
  'badRange',
  'checksumMismatch',
  'tooLarge',
  'throttled',
  'crowded',
  'locked',
  'notImplemented',
  'noRoom',
  'unavailable',
] as const
export type ErrorKind = (typeof ERROR_KINDS)[number]

export type AppErrorOptions = ErrorOptions & {
  /** Seconds after which trying again may help; becomes Retry-After. */
  retryAfterSeconds?: number
  /** Figures that belong into the answer, e.g. `{ limit, used }`; they hold no path of the server. */
  figures?: Readonly<Record<string, number | string>>
}

/** An error a caller can act on. `code` is stable and for machines, the message is for people. */
export class AppError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly retryAfterSeconds: number | undefined
  readonly figures: Readonly<Record<string, number | string>> | undefined
  constructor(kind: ErrorKind, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.kind = kind
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
    this.figures = options.figures
  }
}

/** Whether the same work may succeed later: the kinds that pass by themselves, and whatever nobody foresaw. */
export const RETRYABLE: Readonly<Record<ErrorKind, boolean>> = Object.freeze({
  invalid: false,
  unauthenticated: false,
  forbidden: false,
  missing: false,
  gone: false,
  conflict: false,
  unsupportedVersion: false,
  unsupportedType: false,
  badRange: false,
  checksumMismatch: false,
  notImplemented: false,
  tooLarge: false,
  throttled: true,
  crowded: true,
  locked: true,
  noRoom: true,
  unavailable: true,
})

export const isRetryable = (error: unknown): boolean => !(error instanceof AppError) || RETRYABLE[error.kind]
