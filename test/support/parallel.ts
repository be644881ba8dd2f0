import { join } from 'node:path'
import { Upload, type UploadOptions } from 'tus-js-client'
import { bearer, encodeMetadata, idOf, type Metadata, TUS_PATH, tus } from './tus.ts'

export const OFFSET_STREAM = 'application/offset+octet-stream'

/** Creates a partial upload and sends its bytes with the creation; `length` is more than `bytes` for one that stays unfinished. */
export async function sendPartial(api: string, token: string, bytes: Buffer, length = bytes.length): Promise<string> {
  const headers = { 'Upload-Concat': 'partial', 'Upload-Length': String(length) }
  const type = bytes.length === 0 ? {} : { 'Content-Type': OFFSET_STREAM }
  const response = await tus(api, token, 'POST', '', { ...headers, ...type }, bytes.length === 0 ? undefined : bytes)
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  return idOf(response)
}

export const append = (api: string, token: string, id: string, offset: number, bytes: Buffer): Promise<Response> =>
  tus(api, token, 'PATCH', `/${id}`, { 'Content-Type': OFFSET_STREAM, 'Upload-Offset': String(offset) }, bytes)

/** Asks for the final upload of these partials. */
export const concatenate = (
  api: string,
  token: string,
  ids: readonly string[],
  metadata: Metadata = {},
): Promise<Response> =>
  tus(api, token, 'POST', '', {
    'Upload-Concat': `final;${ids.map((id) => `${TUS_PATH}/${id}`).join(' ')}`,
    ...(Object.keys(metadata).length === 0 ? {} : { 'Upload-Metadata': encodeMetadata(metadata) }),
  })

/** One file by tus-js-client; answers the id of its upload. */
export const sendByClient = (
  api: string,
  token: string,
  body: Buffer,
  options: Partial<UploadOptions>,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const upload = new Upload(body, {
      endpoint: `${api}${TUS_PATH}`,
      headers: bearer(token),
      onError: reject,
      onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
      ...options,
    })
    upload.start()
  })

export const stagedData = (root: string, owner: string, id: string): string =>
  join(root, 'users', owner, '.airlock', `${id}.data`)
