import { request } from 'node:http'
import { bearer, TUS_PATH } from './tus.ts'

export type OpenPatch = {
  write(bytes: Buffer): void
  end(bytes: Buffer): void
  /** The status of the answer. */
  readonly answered: Promise<number>
}

/** A PATCH from offset 0 whose body the test sends when it likes. */
export function openPatch(api: string, token: string, id: string, length: number): OpenPatch {
  const patch = request(`${api}${TUS_PATH}/${id}`, {
    method: 'PATCH',
    headers: {
      ...bearer(token),
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': length,
    },
  })
  const answered = new Promise<number>((resolve, reject) =>
    patch.once('response', ({ statusCode }) => resolve(statusCode ?? 0)).once('error', reject),
  )
  return { write: (bytes) => void patch.write(bytes), end: (bytes) => void patch.end(bytes), answered }
}
