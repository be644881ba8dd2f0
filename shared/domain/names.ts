import { AppError } from './errors.ts'
import { LIMITS } from './limits.ts'

const encoder = new TextEncoder()
const bytesOf = (text: string): number => encoder.encode(text).length

/** C0, DEL and C1 controls, and the line and paragraph separators: they forge lines in logs and listings. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
/** A portable POSIX user name (IEEE Std 1003.1, 3.437), as it becomes a directory: no leading '-' or '.', no '..'. */
const OWNER = /^[A-Za-z0-9_][A-Za-z0-9._@-]*$/
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

const invalid = (code: string, message: string) => new AppError('invalid', code, message)

/** Whether a JWT `sub` is safe to become a directory name. */
export const isSafeOwner = (sub: unknown): sub is string =>
  typeof sub === 'string' && sub.length <= LIMITS.ownerBytes && OWNER.test(sub) && !sub.includes('..')

/**
 * One path component as it will stand on disk: NFC, without separators or control characters.
 * Throws `invalid` with what is wrong; characters that merely mislead are kept, the gate judges those.
 */
export function parseName(raw: string, what: string): string {
  if (LONE_SURROGATE.test(raw))
    throw invalid('bad_name', `Cannot use this ${what}: it is not valid Unicode; send it as UTF-8`)
  const name = raw.normalize('NFC')
  if (name === '') throw invalid('bad_name', `Cannot use this ${what}: it is empty`)
  if (CONTROL.test(name)) throw invalid('bad_name', `Cannot use this ${what}: it holds a control character; remove it`)
  if (/[/\\]/.test(name)) throw invalid('bad_name', `Cannot use this ${what}: it holds a path separator`)
  if (/^[. ]+$/.test(name))
    throw invalid('bad_name', `Cannot use this ${what}: a name of only dots and spaces is not a name`)
  if (bytesOf(name) > LIMITS.nameBytes) {
    throw invalid(
      'name_too_long',
      `Cannot use this ${what}: ${bytesOf(name)} bytes of UTF-8, ${LIMITS.nameBytes} are the limit`,
    )
  }
  return name
}

/** `job_id` as a directory name: one component that does not begin with a dot. */
export function parseJobId(raw: string): string {
  const job = parseName(raw, 'job_id')
  if (job.startsWith('.')) throw invalid('bad_job_id', 'Cannot use this job_id: it begins with a dot')
  if (bytesOf(job) > LIMITS.jobIdBytes) {
    throw invalid('bad_job_id', `Cannot use this job_id: ${bytesOf(job)} bytes, ${LIMITS.jobIdBytes} are the limit`)
  }
  return job
}

/** A relative path inside a job with `/` between components; each component obeys {@link parseName}. */
export function parseRelativePath(raw: string): string {
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(raw))
    throw invalid('bad_path', 'Cannot use this relativePath: it is absolute; send it relative to the job')
  const parts = raw.split('/').filter((part) => part !== '.' && part !== '')
  if (parts.length === 0) throw invalid('bad_path', 'Cannot use this relativePath: it names no file')
  if (parts.length > LIMITS.pathComponents) {
    throw invalid(
      'bad_path',
      `Cannot use this relativePath: ${parts.length} levels, ${LIMITS.pathComponents} are the limit`,
    )
  }
  if (parts.includes('..')) throw invalid('bad_path', 'Cannot use this relativePath: it climbs with ".."')
  const path = parts.map((part) => parseName(part, 'path component')).join('/')
  if (bytesOf(path) > LIMITS.pathBytes) {
    throw invalid('bad_path', `Cannot use this relativePath: ${bytesOf(path)} bytes, ${LIMITS.pathBytes} are the limit`)
  }
  return path
}

/** `name.ext` → `name (2).ext`, for the n-th file of a name; keeps two-part CAE extensions such as `.cas.h5` together. */
export function numberedPath(path: string, n: number): string {
  if (n <= 1) return path
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, slash + 1)
  const name = path.slice(slash + 1)
  const extension =
    /(?<=.)(\.(cas|dat|msh|tar|k|key|inp|frd|stp|step)\.[A-Za-z0-9]{1,4}|\.[^.]+)$/i.exec(name)?.[0] ?? ''
  const suffix = ` (${n})`
  let stem = name.slice(0, name.length - extension.length)
  while (bytesOf(stem + suffix + extension) > LIMITS.nameBytes) stem = [...stem].slice(0, -1).join('')
  return `${folder}${stem}${suffix}${extension}`
}

/** RFC 9562 version 7 in lower case: the only form an upload id has. */
const UPLOAD_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
export const isUploadId = (value: unknown): value is string => typeof value === 'string' && UPLOAD_ID.test(value)

/** When the upload of this id was created, ms since the epoch: the first 48 bits of a UUIDv7 (RFC 9562 §5.7). */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
