import { textOf } from '#shared/contracts/upload-metadata.ts'
import { AppError } from '#shared/domain/errors.ts'
import { parseJobId, parseName, parseRelativePath } from '#shared/domain/names.ts'
import { ON_CONFLICT, type OnConflict } from '#shared/domain/upload-record.ts'

/** What a creation asks for, parsed. */
export type WantedUpload = {
  readonly job: string
  readonly path: string
  readonly onConflict: OnConflict
  readonly declaredSha256: string | null
  readonly declaredType: string | null
}

const DEFAULT_JOB = 'inbox'

/** Reads the names and wishes out of tus metadata; a client that sends none gets the job `inbox` and the id as file name. */
export function parseWantedUpload(id: string, metadata: ReadonlyMap<string, Buffer>): WantedUpload {
  return {
    job: parseJobId(textOf(metadata, 'job_id') ?? DEFAULT_JOB),
    path: wantedPath(id, textOf(metadata, 'filename', 'name'), textOf(metadata, 'relativePath')),
    onConflict: wantedOnConflict(textOf(metadata, 'on_conflict')),
    declaredSha256: wantedSha256(textOf(metadata, 'sha256')),
    declaredType: textOf(metadata, 'filetype', 'type')?.slice(0, 255) ?? null,
  }
}

/** `relativePath` holds the file name as browsers send it; with a slash at the end it is the folder. */
function wantedPath(id: string, filename: string | undefined, relativePath: string | undefined): string {
  const name = filename === undefined ? id : parseName(filename, 'filename')
  if (relativePath === undefined) return name
  return parseRelativePath(relativePath.endsWith('/') ? `${relativePath}${name}` : relativePath)
}

function wantedOnConflict(text: string | undefined): OnConflict {
  if (text === undefined) return 'rename'
  const known = ON_CONFLICT.find((candidate) => candidate === text)
  if (known === undefined)
    throw new AppError(
      'invalid',
      'bad_on_conflict',
      `Cannot use this on_conflict: it must be ${ON_CONFLICT.join(', ')}`,
    )
  return known
}

function wantedSha256(text: string | undefined): string | null {
  if (text === undefined) return null
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new AppError('invalid', 'bad_sha256', 'Cannot use this sha256: it must be 64 hexadecimal digits')
  return text.toLowerCase()
}
