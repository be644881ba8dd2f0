import type { ErrorKind } from '#shared/domain/errors.ts'

/** Error kind → HTTP status and the title in the answer: the only place that knows. */
export const HTTP_STATUS: Readonly<Record<ErrorKind, readonly [status: number, title: string]>> = Object.freeze({
  invalid: [400, 'Bad Request'],
  unauthenticated: [401, 'Unauthorized'],
  forbidden: [403, 'Forbidden'],
  missing: [404, 'Not Found'],
  conflict: [409, 'Conflict'],
  gone: [410, 'Gone'],
  unsupportedVersion: [412, 'Precondition Failed'],
  tooLarge: [413, 'Content Too Large'],
  unsupportedType: [415, 'Unsupported Media Type'],
  badRange: [416, 'Range Not Satisfiable'],
  locked: [423, 'Locked'],
  // tus 1.0.0 "checksum"; no registered status has this meaning.
  checksumMismatch: [460, 'Checksum Mismatch'],
  throttled: [429, 'Rate limit exceeded'],
  notImplemented: [501, 'Not Implemented'],
  // Not 429: tus-js-client and IETF clients give up on that, and come back after this.
  crowded: [503, 'Service Unavailable'],
  unavailable: [503, 'Service Unavailable'],
  noRoom: [507, 'Insufficient Storage'],
})
