import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type RawAnswer = {
  readonly status: number
  readonly phrase: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type RawExchange = RawAnswer & { readonly interims: readonly RawAnswer[] }

/** An HTTP/1.1 connection that hides nothing: interim responses are answers like others, and it can be cut anywhere. */
export class RawConnection {
  readonly socket: Socket
  #received = Buffer.alloc(0)
  #ended = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake()
    })
    const end = () => {
      this.#ended = true
      this.#wake()
    }
    socket.on('close', end).on('end', end).on('error', end)
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  write(data: string | Buffer): void {
    this.socket.write(data)
  }

  /** Sends the head of a request. */
  begin(method: string, path: string, headers: Readonly<Record<string, string>>, version = '1.1'): void {
    const lines = Object.entries({ Host: 'gate.example', ...headers }).map(([name, value]) => `${name}: ${value}`)
    this.write(Buffer.from(`${[`${method} ${path} HTTP/${version}`, ...lines].join('\r\n')}\r\n\r\n`))
  }

  /** The next answer, interim or final; `bodiless` for HEAD. */
  async answer(bodiless = false): Promise<RawAnswer> {
    const head = (await this.#until('\r\n\r\n')).toString('latin1')
    const [first = '', ...lines] = head.trimEnd().split('\r\n')
    const [, code, phrase = ''] = /^HTTP\/1\.[01] (\d{3}) (.*)$/.exec(first) ?? []
    const status = Number(code)
    if (!(status >= 100)) throw new Error(`Not an answer: ${first}`)
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const length = bodiless || status < 200 || status === 204 ? 0 : Number(headers['content-length'] ?? 0)
    return { status, phrase, headers, body: (await this.#take(length)).toString('utf8') }
  }

  /** The final answer, with the interim ones before it. */
  async exchange(bodiless = false): Promise<RawExchange> {
    const interims: RawAnswer[] = []
    for (;;) {
      const answer = await this.answer(bodiless)
      if (answer.status >= 200) return { ...answer, interims }
      interims.push(answer)
    }
  }

  /** Ends the connection as a lost network does, in the middle of whatever there is. */
  cut(): void {
    this.socket.resetAndDestroy()
  }

  async #until(mark: string): Promise<Buffer> {
    for (;;) {
      const at = this.#received.indexOf(mark)
      if (at >= 0) return this.#take(at + mark.length)
      await this.#more()
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) await this.#more()
    const taken = this.#received.subarray(0, length)
    this.#received = this.#received.subarray(length)
    return taken
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new Error(`The connection ended after: ${this.#received.toString('utf8').slice(0, 500)}`)
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }
}

/** `body` in chunks of the transfer coding, without a length anywhere. */
export const chunked = (...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([
    ...parts
      .filter(({ length }) => length > 0)
      .flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from('0\r\n\r\n'),
  ])
