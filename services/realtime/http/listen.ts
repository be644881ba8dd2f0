import { once } from 'node:events'
import type { Server } from 'node:http'

/** Resolves when the server listens; rejects if the address cannot be had. */
export async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}
