import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'

export type FakeClamd = {
  readonly url: string
  readonly address: { host: string; port: number }
  /** Commands in the order in which they came, e.g. `zINSTREAM`. */
  readonly commands: string[]
  /** What each stream held, as far as it was read. */
  readonly streams: Buffer[]
  /** Lengths of the pieces of all streams. */
  readonly pieces: number[]
  behave(behaviour: Behaviour): void
  stop(): Promise<void>
}

export type Behaviour = {
  /** StreamMaxLength: a piece that goes beyond it is answered at once, and the connection closed with the rest unread. */
  readonly streamMaxLength?: number
  /** The answer to a whole stream; EICAR is found by default. */
  readonly answer?: (stream: Buffer) => string
  /** Closes without an answer: at once, or when this many bytes of the stream are there. */
  readonly closeAfter?: number
  /** Never answers a stream. */
  readonly silent?: boolean
  readonly version?: string
}

export const EICAR = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*')

/** clamd's side of the protocol as of clamd(8) and ClamAV 1.4: `z` commands end in NUL, answers too; one command a connection. */
export async function startFakeClamd(first: Behaviour = {}): Promise<FakeClamd> {
  const seen = { commands: [] as string[], streams: [] as Buffer[], pieces: [] as number[] }
  const sockets = new Set<Socket>()
  let behaviour = first
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    serve(socket, behaviour, seen).catch(() => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...seen,
    url: `tcp://127.0.0.1:${port}`,
    address: { host: '127.0.0.1', port },
    behave(next) {
      behaviour = next
    },
    async stop() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

type Seen = Pick<FakeClamd, 'commands' | 'streams' | 'pieces'>

async function serve(socket: Socket, behaviour: Behaviour, seen: Seen): Promise<void> {
  const input = new Input(socket)
  const command = (await input.until(0)).toString('latin1')
  seen.commands.push(command)
  const answer = (text: string) => socket.end(`${text}\0`)
  if (command === 'zPING') return void answer('PONG')
  if (command === 'zVERSION') return void answer(behaviour.version ?? 'ClamAV 1.4.3/27000/Mon Jan  5 08:22:31 2026')
  if (command !== 'zINSTREAM') return void answer('UNKNOWN COMMAND')
  await readStream(socket, input, behaviour, seen)
}

async function readStream(socket: Socket, input: Input, behaviour: Behaviour, seen: Seen): Promise<void> {
  const { streamMaxLength = 100 * 1024 * 1024, closeAfter, silent, answer = ofEicar } = behaviour
  const stream: Buffer[] = []
  let size = 0
  for (;;) {
    const length = (await input.take(4)).readUInt32BE(0)
    if (length === 0) break
    seen.pieces.push(length)
    if (size + length > streamMaxLength) {
      // As clamd does: the answer, then close() with unread bytes in the buffer, which resets the connection.
      socket.pause()
      socket.write('INSTREAM size limit exceeded. ERROR\0', () => socket.resetAndDestroy())
      return
    }
    stream.push(await input.take(length))
    size += length
    if (closeAfter !== undefined && size >= closeAfter) return void socket.destroy()
  }
  const whole = Buffer.concat(stream)
  seen.streams.push(whole)
  if (silent !== true) socket.end(`${answer(whole)}\0`)
}

const ofEicar = (stream: Buffer) => (stream.includes(EICAR) ? 'stream: Eicar-Signature FOUND' : 'stream: OK')

/** Exactly as many bytes as are asked for. */
class Input {
  readonly #source: AsyncIterator<Buffer>
  #rest = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#source = socket[Symbol.asyncIterator]()
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#source.next()
    if (done === true) throw new Error('the client is gone')
    this.#rest = Buffer.concat([this.#rest, value])
  }

  async take(length: number): Promise<Buffer> {
    while (this.#rest.length < length) await this.#more()
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return taken
  }

  async until(byte: number): Promise<Buffer> {
    while (!this.#rest.includes(byte)) await this.#more()
    const taken = await this.take(this.#rest.indexOf(byte) + 1)
    return taken.subarray(0, -1)
  }
}
