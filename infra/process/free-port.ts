import { createServer } from 'node:net'

/** Resolves to the port taken: a free one for 0. Rejects as `listen` does, e.g. with EADDRINUSE. */
export const probePort = (port: number, host = '127.0.0.1'): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('Cannot find a free port')),
      )
    })
  })

/** A port nobody listened on a moment ago. */
export const freePort = (host?: string): Promise<number> => probePort(0, host)
