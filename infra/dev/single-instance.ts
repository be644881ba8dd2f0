import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#shared/domain/errors.ts'

/**
 * Takes the right to run in `folder`, or throws `already_running`. The lock is a listening socket, so it ends with the process
 * however that ends. On Linux the socket is abstract: no file that could be left behind.
 */
export async function claimFolder(folder: string): Promise<() => Promise<void>> {
  const name = `airlock-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 24)}`
  const address = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`)
  if (process.platform !== 'linux' && !(await answers(address))) rmSync(address, { force: true })
  const server = await listen(address, folder)
  server.unref()
  return () => new Promise((resolve) => server.close(() => resolve()))
}

const listen = (address: string, folder: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.end())
    server.once('listening', () => resolve(server))
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'EADDRINUSE' ? alreadyRunning(folder, cause) : cause),
    )
    server.listen(address)
  })

const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(address)
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })

const alreadyRunning = (folder: string, cause: Error) =>
  new AppError(
    'conflict',
    'already_running',
    `Cannot start: Airlock is running in ${folder} already; stop that one first (Ctrl-C in its terminal)`,
    { cause },
  )
