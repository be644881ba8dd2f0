import { AppError } from '../domain/errors.ts'
import { LIMITS } from '../domain/limits.ts'

const invalid = (message: string) => new AppError('invalid', 'bad_metadata', `Cannot read Upload-Metadata: ${message}`)
/** RFC 4648 §4 with padding, as tus 1.0.0 "Upload-Metadata" asks for. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses the Upload-Metadata header (tus 1.0.0): comma-separated pairs of a key and a Base64 value, keys unique, value optional.
 * Values stay bytes, since the protocol lets them be any; a Map, since keys are the client's.
 */
export function parseUploadMetadata(header: string): ReadonlyMap<string, Buffer> {
  const metadata = new Map<string, Buffer>()
  if (header.trim() === '') return metadata
  if (header.length > LIMITS.metadataBytes)
    throw invalid(`${header.length} bytes, ${LIMITS.metadataBytes} are the limit`)
  for (const pair of header.split(',')) {
    const [key = '', value = '', ...rest] = pair.trim().split(' ')
    if (key === '') throw invalid('a key is empty')
    if (rest.length > 0) throw invalid('a pair has more than a key and one value')
    if (!BASE64.test(value)) throw invalid('a value is not Base64')
    if (metadata.has(key)) throw invalid('a key stands twice')
    metadata.set(key, Buffer.from(value, 'base64'))
  }
  return metadata
}

/** The value of the first of `keys` as text, or undefined where none is there or it is empty; throws `invalid` if it is not UTF-8. */
export function textOf(metadata: ReadonlyMap<string, Buffer>, ...keys: string[]): string | undefined {
  const key = keys.find((candidate) => metadata.has(candidate))
  if (key === undefined) return undefined
  try {
    const text = utf8.decode(metadata.get(key))
    // Browsers' clients send a missing value as the word.
    return text === '' || text === 'null' || text === 'undefined' ? undefined : text
  } catch (cause) {
    throw new AppError('invalid', 'bad_metadata', `Cannot read Upload-Metadata: ${key} is not UTF-8`, { cause })
  }
}
