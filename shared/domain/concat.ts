import { LIMITS } from './limits.ts'
import { isUploadId } from './names.ts'

/** A piece of a file that is put together from several uploads, with its length in bytes. */
export type Piece = { readonly id: string; readonly length: number }

/**
 * What an upload is to tus "concatenation".
 *
 * A partial is received like any upload and stays `receiving` when its bytes are all there: it is no file, so it is neither scanned
 * nor placed. A final brings no bytes of its own. It is `receiving` while it waits for its partials, and once they are all there it
 * goes the way of every upload; the scan worker puts it together before it looks at it.
 */
export type Concat = { readonly kind: 'partial' } | FinalConcat

export type FinalConcat = {
  readonly kind: 'final'
  /** Upload-Concat as it came, echoed on HEAD. */
  readonly header: string
  /** In the order of the file. */
  readonly pieces: readonly Piece[]
  /** Bytes that are durably in the final's own file, which is whole when this is its length; null while it has no file. */
  readonly assembled: number | null
}

export function isConcat(value: unknown): value is Concat {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  if (value.kind === 'partial') return true
  if (value.kind !== 'final' || !('header' in value && 'pieces' in value && 'assembled' in value)) return false
  const { header, pieces, assembled } = value
  return (
    typeof header === 'string' &&
    (assembled === null || isLength(assembled)) &&
    Array.isArray(pieces) &&
    pieces.every(isPiece)
  )
}

const isPiece = (value: unknown): value is Piece =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  'length' in value &&
  isUploadId(value.id) &&
  isLength(value.length)

const isLength = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LIMITS.uploadBytes
