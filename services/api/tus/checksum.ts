import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AppError } from '#shared/domain/errors.ts'
import type { BodyChecksum } from '../bodies/receive-body.ts'

/** tus 1.0.0 "checksum": sha1 MUST be offered. Names as in the protocol and in node:crypto alike. */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256', 'sha512', 'md5'] as const
type Algorithm = (typeof CHECKSUM_ALGORITHMS)[number]

/** The checksum a request announces in its header or, with `Trailer: Upload-Checksum`, at its end; undefined where it announces none. */
export function checksumOf(req: IncomingMessage): BodyChecksum | undefined {
  const header = req.headers['upload-checksum']
  if (typeof header === 'string') {
    const wanted = parseChecksum(header)
    return compare([wanted.algorithm], () => wanted)
  }
  if (!announcesTrailer(req)) return undefined
  // Which algorithm it will be stands at the end only.
  return compare(CHECKSUM_ALGORITHMS, () => parseChecksum(req.trailers['upload-checksum'] ?? ''))
}

/**
 * The checksum behind a body that had ended before anybody knew of it, or knew of another: RFC 9110 §6.6.2 asks to announce trailers
 * only with SHOULD. Its bytes have to be read again.
 */
export function lateChecksumOf(req: IncomingMessage): BodyChecksum | undefined {
  const trailer = req.trailers['upload-checksum']
  const isKnown = req.headers['upload-checksum'] === undefined && announcesTrailer(req)
  if (trailer === undefined || isKnown) return undefined
  const wanted = parseChecksum(trailer)
  return compare([wanted.algorithm], () => wanted)
}

const announcesTrailer = ({ headers }: IncomingMessage): boolean =>
  (headers.trailer ?? '').split(',').some((name) => name.trim().toLowerCase() === 'upload-checksum')

type Wanted = { readonly algorithm: Algorithm; readonly digest: Buffer }

function compare(algorithms: readonly Algorithm[], wanted: () => Wanted): BodyChecksum {
  const hashes = new Map<Algorithm, Hash>(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]))
  return {
    update(chunk) {
      for (const hash of hashes.values()) hash.update(chunk)
    },
    verify() {
      const { algorithm, digest } = wanted()
      const actual = hashes.get(algorithm)?.digest() ?? Buffer.alloc(0)
      if (actual.length === digest.length && timingSafeEqual(actual, digest)) return
      throw new AppError(
        'checksumMismatch',
        'checksum_mismatch',
        `Cannot keep the body: its ${algorithm} is not the one announced; send it again from the offset before it`,
      )
    },
  }
}

function parseChecksum(text: string): Wanted {
  const [name = '', base64 = '', ...rest] = text.trim().split(' ')
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name.toLowerCase())
  if (algorithm === undefined || rest.length > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    const known = CHECKSUM_ALGORITHMS.join(', ')
    throw new AppError(
      'invalid',
      'bad_checksum',
      `Cannot read Upload-Checksum: it must be one of ${known}, a space, and the digest in Base64`,
    )
  }
  return { algorithm, digest: Buffer.from(base64, 'base64') }
}
