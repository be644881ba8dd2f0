import { AppError } from '#shared/domain/errors.ts'
import { isUploadId } from '#shared/domain/names.ts'
import { TUS_PATH } from '../paths.ts'

/** What Upload-Concat of a creation says; a final names its partials in the order of the file. */
export type WantedConcat =
  | { readonly kind: 'partial' }
  | { readonly kind: 'final'; readonly header: string; readonly ids: readonly string[] }

const invalid = (message: string) => new AppError('invalid', 'bad_concat', `Cannot read Upload-Concat: ${message}`)

/** Parses Upload-Concat (tus 1.0.0 "concatenation"); throws `invalid`, and `missing` for a URL that no upload of this service has. */
export function parseConcat(header: string | undefined): WantedConcat | undefined {
  if (header === undefined) return undefined
  if (header === 'partial') return { kind: 'partial' }
  const list = /^final; *(.*)$/.exec(header)?.[1]
  if (list === undefined) throw invalid('it must be "partial", or "final;" and the URLs of the partial uploads')
  const ids = list
    .split(' ')
    .filter((url) => url !== '')
    .map(uploadIdOf)
  if (ids.length === 0) throw invalid('a final upload needs the URL of at least one partial upload')
  if (new Set(ids).size < ids.length) throw invalid('a partial upload stands there twice')
  return { kind: 'final', header, ids }
}

/**
 * The upload a URL is of: absolute or relative to the creation URL. Which host and which prefix a proxy shows to the outside cannot
 * be known here, so they do not count; that the id is one of the caller's own uploads does.
 */
function uploadIdOf(url: string): string {
  const base = `http://airlock${TUS_PATH}/`
  const path = URL.parse(url, base)?.pathname
  if (path === undefined) throw invalid('a URL is malformed')
  const id = path.slice(path.lastIndexOf('/') + 1)
  if (!path.endsWith(`${TUS_PATH}/${id}`) || !isUploadId(id)) {
    throw new AppError(
      'missing',
      'unknown_partial',
      `Cannot find a partial upload: its URL is not of the form ${TUS_PATH}/<id>`,
    )
  }
  return id
}
