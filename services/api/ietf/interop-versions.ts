import type { IncomingMessage } from 'node:http'
import { AppError } from '#shared/domain/errors.ts'
import { integerItem } from './structured-fields.ts'

/** How draft-ietf-httpbis-resumable-upload differs from one interop version to another. */
export type InteropVersion = {
  readonly number: number
  /** The key of Upload-Limit for the seconds an upload has left. */
  readonly lifetimeKey: 'expires' | 'max-age'
  /** The status of an append that does not end the upload. */
  readonly appendedStatus: 201 | 204
  /** What Upload-Complete is taken for where an append leaves it out; undefined: it has to be there. */
  readonly completeByDefault: true | undefined
  /** Retrieving the offset and cancelling refuse Upload-Offset, Upload-Complete and Upload-Length. */
  readonly refusesStrayFields: boolean
  /** GET of an unfinished upload's URL answers as HEAD does. */
  readonly getIsHead: boolean
  /** Refusals of an append carry Upload-Complete too; later it marks answers to the whole upload. */
  readonly refusalsTellComplete: boolean
  /** An empty last append to a complete upload is answered as the last one was, for who lost that answer. */
  readonly replaysLastAnswer: boolean
  /** Interim responses tell the offset reached (SHOULD of 10, MAY of 6). */
  readonly tellsProgress: boolean
  /** An append that runs over the length ends the upload: nobody may go on with it. */
  readonly overrunEndsUpload: boolean
}

const VERSIONS: ReadonlyMap<number, InteropVersion> = new Map(
  [
    /** Drafts -04 and -05: URLSession of iOS 18.1, macOS 15.1 and later. */
    {
      number: 6,
      lifetimeKey: 'expires',
      appendedStatus: 201,
      completeByDefault: true,
      refusesStrayFields: true,
      getIsHead: false,
      refusalsTellComplete: true,
      replaysLastAnswer: false,
      tellsProgress: false,
      overrunEndsUpload: false,
    } as const,
    /**
     * Drafts -13 and later: what -12 says, with "Upload-Complete" redefined for answers (httpwg/http-extensions#3404), appends to a
     * complete upload left to the server (#3405), lengths that must match at the end (#3463) and GET as HEAD (#3467).
     */
    {
      number: 10,
      lifetimeKey: 'max-age',
      appendedStatus: 204,
      completeByDefault: undefined,
      refusesStrayFields: false,
      getIsHead: true,
      refusalsTellComplete: false,
      replaysLastAnswer: true,
      tellsProgress: true,
      overrunEndsUpload: true,
    } as const,
  ].map((version) => [version.number, version]),
)

export const INTEROP_HEADER = 'Upload-Draft-Interop-Version'

/** Whether a request speaks this protocol: tus requests say so themselves, on the same URLs. */
export const speaksIetf = ({ headers }: IncomingMessage): boolean =>
  headers['tus-resumable'] === undefined && headers[INTEROP_HEADER.toLowerCase()] !== undefined

/** The version a request speaks; throws `invalid` for a malformed one, `unsupportedVersion` for another. */
export function interopVersionOf(req: IncomingMessage): InteropVersion {
  const version = VERSIONS.get(integerItem(req, INTEROP_HEADER) ?? Number.NaN)
  if (version !== undefined) return version
  const known = [...VERSIONS.keys()].join(' or ')
  throw new AppError(
    'unsupportedVersion',
    'interop_version',
    `Cannot speak this version of the draft: send ${INTEROP_HEADER}: ${known}, or use tus 1.0.0`,
  )
}
