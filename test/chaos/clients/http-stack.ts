import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client'

/** What a request came to: a status, or the reason why there is none. */
export type Exchange = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly sentAt: number
  readonly status: number
  readonly answer: Readonly<Record<string, string>>
  readonly body: string
  readonly error: string
}

export type StackOptions = {
  readonly agent: Agent | undefined
  readonly now: () => number
  readonly onExchange: (exchange: Exchange) => void
}

/** A connection that says nothing for this long is given up, ms: longer than any process is frozen. */
const SILENCE_MS = 40_000

/** tus-js-client's way to the network, with what its own lacks: an answer that is cut off is an error, and so is silence. */
export function createHttpStack(options: StackOptions): HttpStack {
  return {
    createRequest: (method, url) => new StackRequest(method, url, options),
    getName: () => 'ChaosHttpStack',
  }
}

class StackRequest implements HttpRequest {
  readonly #method: string
  readonly #url: string
  readonly #options: StackOptions
  readonly #headers: Record<string, string> = {}
  #progress: (bytes: number) => void = () => undefined
  #request: ClientRequest | undefined

  constructor(method: string, url: string, options: StackOptions) {
    this.#method = method
    this.#url = url
    this.#options = options
  }

  getMethod = () => this.#method
  getURL = () => this.#url
  getHeader = (name: string) => this.#headers[name]
  getUnderlyingObject = () => this.#request
  setHeader(name: string, value: string): void {
    this.#headers[name] = String(value)
  }
  setProgressHandler(handler: (bytes: number) => void): void {
    this.#progress = handler
  }

  async abort(): Promise<void> {
    this.#request?.destroy()
  }

  async send(body: Buffer | null): Promise<HttpResponse> {
    const sentAt = this.#options.now()
    const base = { method: this.#method, url: this.#url, headers: this.#headers, sentAt }
    try {
      const { status, headers, text } = await this.#exchange(body)
      this.#options.onExchange({ ...base, status, answer: headers, body: text, error: '' })
      return {
        getStatus: () => status,
        getHeader: (name) => headers[name.toLowerCase()],
        getBody: () => text,
        getUnderlyingObject: () => undefined,
      }
    } catch (error) {
      this.#options.onExchange({ ...base, status: 0, answer: {}, body: '', error: (error as Error).message })
      throw error
    }
  }

  #exchange(body: Buffer | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === null ? {} : { 'Content-Length': String(body.length) }
      const { agent } = this.#options
      const req = request(this.#url, {
        method: this.#method,
        headers: { ...this.#headers, ...length },
        ...(agent === undefined ? { agent: false } : { agent }),
      })
      this.#request = req
      req.setTimeout(SILENCE_MS, () => req.destroy(new Error(`silent for ${SILENCE_MS} ms`)))
      req.on('error', reject)
      req.on('response', (res) => readAnswer(res).then(resolve, reject))
      if (body !== null && body.length > 0) req.write(body, () => this.#progress(body.length))
      req.end()
    })
  }
}

type Answer = { status: number; headers: Record<string, string>; text: string }

function readAnswer(res: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    res.on('data', (chunk: Buffer) => chunks.push(chunk))
    res.on('error', reject)
    res.on('close', () => {
      if (!res.complete) reject(new Error('answer cut off'))
      const headers = Object.fromEntries(Object.entries(res.headers).map(([name, value]) => [name, String(value)]))
      resolve({ status: res.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString('utf8') })
    })
  })
}
