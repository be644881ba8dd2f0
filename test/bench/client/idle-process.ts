import { connect, type Socket } from 'node:net'

/** What the process with the idle uploads is asked: `tokens` take turns; the first `inBody` stop in the middle of a PATCH, the others behind their POST. It answers {@link IdleResult} when all are open. */
export type IdleLoad = {
  readonly port: number
  readonly path: string
  readonly tokens: readonly string[]
  readonly count: number
  readonly inBody: number
}
export type IdleResult = { readonly open: number } | { readonly failed: string }

/** Connections that are being opened at the same time. */
const AT_ONCE = 50
const FIRST_BYTES = Buffer.alloc(64 * 1024, '*NODE\n       1       0.0       1.5       2.5\n')
const LENGTH = 1024 * 1024

let failure: Error | undefined

/** Creates an upload, begins its PATCH with some bytes, and falls silent in the middle of the body. */
async function openIdle({ port, path, tokens, inBody }: IdleLoad, number: number): Promise<void> {
  const token = tokens[number % tokens.length] ?? ''
  const socket = connect(port, '127.0.0.1')
  const head = (method: string, where: string, more: Record<string, string | number>) => {
    const all = { Host: 'localhost', Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0', ...more }
    return `${method} ${where} HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`
  }
  socket.write(head('POST', path, { 'Upload-Length': LENGTH, 'Content-Length': 0 }))
  const answer = await headOf(socket)
  const location = /^location: (.*)$/im.exec(answer)?.[1]?.trim()
  if (!answer.startsWith('HTTP/1.1 201') || location === undefined) throw new Error(answer)
  watch(socket)
  if (number >= inBody) return
  const body = { 'Upload-Offset': 0, 'Content-Length': LENGTH, 'Content-Type': 'application/offset+octet-stream' }
  socket.write(head('PATCH', new URL(location, 'http://localhost').pathname, body))
  await new Promise<void>((resolve) => socket.write(FIRST_BYTES, () => resolve()))
}

/** Whatever an idle connection hears is a failure of the run. */
function watch(socket: Socket): void {
  socket.on('data', (chunk) => {
    failure ??= new Error(`An idle upload was answered: ${chunk.toString('latin1').slice(0, 200)}`)
  })
  socket.on('error', (error) => {
    failure ??= error
  })
}

const headOf = (socket: Socket) =>
  new Promise<string>((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('Cannot go on: the server closed the connection')))
  })

async function run(load: IdleLoad): Promise<number> {
  let next = 0
  const opener = async () => {
    while (next < load.count) await openIdle(load, next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, opener))
  if (failure !== undefined) throw failure
  return next
}

process.on('message', (load) => {
  run(load as IdleLoad)
    .then((open): IdleResult => ({ open }))
    .catch((error): IdleResult => ({ failed: String(error) }))
    .then((result) => process.send?.(result))
})
process.on('disconnect', () => {
  if (failure !== undefined) console.error(String(failure))
  process.exit(0)
})
process.send?.({ ready: true })
