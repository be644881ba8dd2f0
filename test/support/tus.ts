import type { UploadView } from '#shared/contracts/upload-view.ts'
import { until } from './until.ts'

export const TUS_PATH = '/api/v2/files/upload'
export const FILES_PATH = '/api/v2/files'

export type Metadata = Record<string, string>

export const encodeMetadata = (metadata: Metadata): string =>
  Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')

export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

/** Sends a body as tus "creation-with-upload": one request, one file. */
export async function send(
  api: string,
  token: string,
  body: Buffer,
  metadata: Metadata = {},
): Promise<{ id: string; response: Response }> {
  const response = await fetch(`${api}${TUS_PATH}`, {
    method: 'POST',
    headers: {
      ...bearer(token),
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(body.length),
      'Content-Type': 'application/offset+octet-stream',
      ...(Object.keys(metadata).length === 0 ? {} : { 'Upload-Metadata': encodeMetadata(metadata) }),
    },
    body: new Uint8Array(body),
  })
  return { id: idOf(response), response }
}

export const idOf = (response: Response): string => response.headers.get('location')?.split('/').at(-1) ?? ''

/** One tus request without a body, or with one. */
export function tus(
  api: string,
  token: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Buffer,
): Promise<Response> {
  return fetch(`${api}${TUS_PATH}${path}`, {
    method,
    headers: { ...bearer(token), 'Tus-Resumable': '1.0.0', ...headers },
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  })
}

export async function viewOf(api: string, token: string, id: string): Promise<UploadView> {
  const response = await fetch(`${api}${FILES_PATH}/uploads/${id}`, { headers: bearer(token) })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as UploadView
}

/** Waits until the gate has said its word. */
export const settled = (api: string, token: string, id: string, limitMs = 90_000): Promise<UploadView> =>
  until(
    `a verdict on ${id}`,
    async () => {
      const view = await viewOf(api, token, id)
      return ['complete', 'quarantined', 'held'].includes(view.state) ? view : undefined
    },
    limitMs,
  )
