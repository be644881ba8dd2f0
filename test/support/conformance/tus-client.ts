import { chunked, RawConnection, type RawExchange } from '../raw-http.ts'
import { bearer, TUS_PATH } from '../tus.ts'

export type Headers = Readonly<Record<string, string>>
export const STREAM = { 'Content-Type': 'application/offset+octet-stream' }
export const at = (offset: number) => ({ ...STREAM, 'Upload-Offset': String(offset) })

/** One user of one instance, who speaks tus byte by byte: nothing is added, followed or retried. */
export class TusClient {
  readonly api: string
  readonly #own: Headers

  constructor(api: string, token: string | null) {
    this.api = api
    this.#own = { ...(token === null ? {} : bearer(token)), 'Tus-Resumable': '1.0.0' }
  }

  /** One exchange on a connection of its own; a header of '' is left out. */
  async ask(method: string, path: string, headers: Headers = {}, body = ''): Promise<RawExchange> {
    const connection = await RawConnection.open(this.api)
    const length: Headers =
      body === '' && method !== 'POST' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    connection.begin(method, path, withoutEmpty({ ...this.#own, ...length, ...headers, Connection: 'close' }))
    connection.write(body)
    const answer = await connection.exchange(method === 'HEAD')
    connection.cut()
    return answer
  }

  /** A body in chunks, with what comes behind it. */
  async askChunked(
    method: string,
    path: string,
    headers: Headers,
    body: string,
    trailers: Headers,
  ): Promise<RawExchange> {
    const connection = await RawConnection.open(this.api)
    const announced = { Trailer: Object.keys(trailers).join(', '), 'Transfer-Encoding': 'chunked', Connection: 'close' }
    connection.begin(method, path, withoutEmpty({ ...this.#own, ...headers, ...announced }))
    const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`)
    connection.write(Buffer.concat([chunked(Buffer.from(body)).subarray(0, -2), Buffer.from(`${lines.join('')}\r\n`)]))
    const answer = await connection.exchange()
    connection.cut()
    return answer
  }

  /** Sends the head of a request only. */
  async begin(method: string, path: string, headers: Headers): Promise<RawConnection> {
    const connection = await RawConnection.open(this.api)
    connection.begin(method, path, { ...this.#own, ...headers })
    return connection
  }

  post = (headers: Headers, body?: string) => this.ask('POST', TUS_PATH, headers, body)
  head = (url: string) => this.ask('HEAD', url)
  patch = (url: string, offset: number, body: string, headers: Headers = {}) =>
    this.ask('PATCH', url, { ...at(offset), ...headers }, body)
  options = (headers: Headers = {}) =>
    this.ask('OPTIONS', TUS_PATH, { 'Tus-Resumable': '', Authorization: '', ...headers })
  /** The URL of a new upload. */
  create = async (length: number, headers: Headers = {}): Promise<string> => {
    const { status, headers: told, body } = await this.post({ 'Upload-Length': String(length), ...headers })
    if (status !== 201) throw new Error(`${status} ${body}`)
    return told.location ?? ''
  }
  offset = async (url: string): Promise<number> => Number((await this.head(url)).headers['upload-offset'])
}

const withoutEmpty = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))

/** What the protocol says, and what shows it. `kim` and `eve` are two users, `other` is kim at another instance. */
export type Conformance = { readonly kim: TusClient; readonly other: TusClient; readonly eve: TusClient }
export type Rule = readonly [rule: string, check: (clients: Conformance) => Promise<void>]
