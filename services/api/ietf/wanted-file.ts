import type { IncomingMessage } from 'node:http'
import { parse } from 'content-disposition'
import { AppError } from '#shared/domain/errors.ts'
import { announcedSha256 } from './content-digest.ts'

/** Query parameters of a creation, and the metadata they become. */
const PARAMETERS = { filename: 'filename', job_id: 'job_id', path: 'relativePath', on_conflict: 'on_conflict' } as const

/**
 * What a creation wants its file to be, as tus's Upload-Metadata: the record keeps it in that form, and a tus client may finish the
 * upload. The query wins over Content-Disposition.
 */
export function wantedMetadata(req: IncomingMessage): string {
  const query = new URLSearchParams(req.url?.split('?')[1] ?? '')
  const wanted = new Map<string, string | undefined>([
    ['filename', dispositionName(req.headers['content-disposition'])],
    ['filetype', req.headers['content-type']],
    ['sha256', announcedSha256(req)],
  ])
  for (const [parameter, key] of Object.entries(PARAMETERS)) wanted.set(key, query.get(parameter) ?? wanted.get(key))
  return [...wanted]
    .flatMap(([key, value]) => (value === undefined || value === '' ? [] : [`${key} ${base64(value)}`]))
    .join(',')
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** The file name of a Content-Disposition (RFC 6266, RFC 8187), or undefined where it has none. */
function dispositionName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const { parameters } = parse(header)
  const name = parameters.filename
  if (name === undefined && parameters['filename*'] !== undefined) throw badName()
  return name === undefined || 'filename*' in parameters ? name : asUtf8(name)
}

/** Node reads header bytes as ISO-8859-1; what curl and browsers put into a plain `filename` is UTF-8. */
function asUtf8(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? name : text
}

const badName = () =>
  new AppError(
    'invalid',
    'bad_content_disposition',
    "Cannot read Content-Disposition: filename* must be UTF-8''<name in percent encoding> (RFC 8187)",
  )
