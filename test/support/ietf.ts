import { createHash } from 'node:crypto'
import { chunked, RawConnection, type RawExchange } from './raw-http.ts'
import { bearer, TUS_PATH } from './tus.ts'

export type IetfRequest = {
  readonly method?: string
  /** Behind the upload path, query included. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** Without a Content-Length. */
  readonly chunks?: boolean
}

/** Sends one request of draft-ietf-httpbis-resumable-upload on a connection of its own. */
export async function ietf(api: string, token: string, version: number, request: IetfRequest): Promise<RawExchange> {
  const { method = 'POST', path = '', headers = {}, body, chunks = false } = request
  const connection = await RawConnection.open(api)
  const framing: Record<string, string> = chunks
    ? { 'Transfer-Encoding': 'chunked' }
    : body === undefined
      ? {}
      : { 'Content-Length': String(body.length) }
  const fields = { ...bearer(token), 'Upload-Draft-Interop-Version': String(version), ...framing, ...headers }
  connection.begin(method, path.startsWith('/api/') ? path : `${TUS_PATH}${path}`, fields)
  if (body !== undefined) connection.write(chunks ? chunked(body) : body)
  const answer = await connection.exchange(method === 'HEAD')
  connection.socket.destroy()
  return answer
}

export const PARTIAL = { 'Content-Type': 'application/partial-upload' }

export const ALL = { 'Upload-Complete': '?1' }
export const PART = { 'Upload-Complete': '?0' }

/** A PATCH that appends `body` at `offset`. */
export const append = (id: string, offset: number, more: Record<string, string>, body?: Buffer): IetfRequest => ({
  method: 'PATCH',
  path: `/${id}`,
  headers: { ...PARTIAL, 'Upload-Offset': String(offset), ...more },
  ...(body === undefined ? {} : { body }),
})

/** The id in a Location. */
export const idIn = ({ headers }: { headers: Readonly<Record<string, string>> }): string =>
  headers.location?.split('/').at(-1) ?? ''

/** What a client of one version asks again and again. */
export function ietfClient(api: () => string, token: string, version: number) {
  const call = (request: IetfRequest) => ietf(api(), token, version, request)
  return {
    call,
    /** What HEAD says of an upload; anything but 204 is an error. */
    async standing(id: string): Promise<[offset: string | undefined, complete: string | undefined]> {
      const { status, headers } = await call({ method: 'HEAD', path: `/${id}` })
      if (status !== 204) throw new Error(`HEAD of ${id} was answered with ${status}`)
      return [headers['upload-offset'], headers['upload-complete']]
    },
    /** The id of an upload that is not complete yet. */
    begun: async (headers: Record<string, string> = {}, body?: Buffer): Promise<string> =>
      idIn(await call({ headers: { ...PART, ...headers }, ...(body === undefined ? {} : { body }) })),
  }
}

/** A text file, none of whose bytes is special. */
export const deck = Buffer.from(`*KEYWORD\n${'$ a line of a deck\n'.repeat(500)}*END\n`)
export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64')
