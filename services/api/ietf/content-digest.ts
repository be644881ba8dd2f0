import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AppError } from '#shared/domain/errors.ts'
import type { BodyChecksum } from '../bodies/receive-body.ts'
import { byteSequences } from './structured-fields.ts'

/** The algorithms RFC 9530 §5 calls active, with node:crypto's name and their size in bytes; others are left unread, as it allows. */
const ALGORITHMS: ReadonlyMap<string, { readonly name: string; readonly bytes: number }> = new Map([
  ['sha-256', { name: 'sha256', bytes: 32 }],
  ['sha-512', { name: 'sha512', bytes: 64 }],
])

/** The digests of a field by node:crypto's names; throws `invalid` for one that cannot be of its algorithm. */
function digestsOf(req: IncomingMessage, field: string): Map<string, Buffer> {
  const digests = new Map<string, Buffer>()
  for (const [key, digest] of byteSequences(req, field)) {
    const algorithm = ALGORITHMS.get(key)
    if (algorithm === undefined) continue
    if (digest?.length !== algorithm.bytes)
      throw new AppError(
        'invalid',
        'bad_digest',
        `Cannot read ${field}: ${key} must be ${algorithm.bytes} bytes in Base64`,
      )
    digests.set(algorithm.name, digest)
  }
  return digests
}

/** SHA-256 of the whole upload as the creation announces it, in hexadecimal digits. */
export const announcedSha256 = (req: IncomingMessage): string | undefined =>
  digestsOf(req, 'Repr-Digest').get('sha256')?.toString('hex')

/** What the body of a request must hash to (RFC 9530 "Content-Digest"), or undefined where it does not say. */
export function contentDigestOf(req: IncomingMessage): BodyChecksum | undefined {
  const digests = digestsOf(req, 'Content-Digest')
  if (digests.size === 0) return undefined
  const hashes = new Map<string, Hash>([...digests.keys()].map((name) => [name, createHash(name)]))
  return {
    update(chunk) {
      for (const hash of hashes.values()) hash.update(chunk)
    },
    verify() {
      for (const [name, wanted] of digests) {
        if (timingSafeEqual(hashes.get(name)?.digest() ?? Buffer.alloc(wanted.length), wanted)) continue
        throw new AppError(
          'invalid',
          'digest_mismatch',
          `Cannot keep the body: its ${name} is not its Content-Digest; send it again from the offset before it`,
        )
      }
    },
  }
}
