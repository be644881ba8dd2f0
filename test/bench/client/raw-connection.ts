import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export type RawRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string | number>
  /** Sent again and again until `bytes` are out: nothing is made for a body but system calls. */
  readonly body?: { readonly buffer: Buffer; readonly bytes: number }
}
export type RawAnswer = { readonly status: number; readonly headers: Map<string, string>; readonly text: string }

/** One keep-alive HTTP/1.1 connection, one request at a time: a client that costs next to nothing beside what it measures. */
export class RawConnection {
  readonly #socket: Socket
  #received = ''
  #waiting: ((answer: RawAnswer) => void) | undefined
  #fail: ((error: Error) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#take(chunk.toString('latin1')))
    socket.on('error', (error) => this.#fail?.(error))
    socket.on('close', () => this.#fail?.(new Error('Cannot go on: the server closed the connection')))
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  /** `onSent` is called when the last byte has been given to the kernel. */
  async request({ method, path, headers, body }: RawRequest, onSent?: () => void): Promise<RawAnswer> {
    const all = { Host: 'localhost', 'Content-Length': body?.bytes ?? 0, ...headers }
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    const answer = new Promise<RawAnswer>((resolve, reject) => {
      this.#waiting = resolve
      this.#fail = reject
    })
    this.#socket.cork()
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`)
    await Promise.race([this.#send(body, onSent), answer])
    return answer
  }

  close(): void {
    this.#fail = undefined
    this.#socket.destroy()
  }

  async #send(body: RawRequest['body'], onSent: (() => void) | undefined): Promise<void> {
    let left = body?.bytes ?? 0
    for (let first = true; first || left > 0; first = false) {
      const size = Math.min(left, body?.buffer.length ?? 0)
      left -= size
      const chunk = body === undefined ? '' : body.buffer.subarray(0, size)
      const goOn = this.#socket.write(chunk, left === 0 ? () => onSent?.() : undefined)
      if (first) this.#socket.uncork()
      if (!goOn && left > 0) await once(this.#socket, 'drain')
    }
  }

  #take(text: string): void {
    this.#received += text
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return
    const [statusLine = '', ...lines] = this.#received.slice(0, end).split('\r\n')
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const body = this.#received.slice(end + 4)
    if (body.length < Number(headers.get('content-length') ?? 0)) return
    this.#received = ''
    this.#waiting?.({ status: Number(statusLine.split(' ')[1]), headers, text: body })
  }
}
