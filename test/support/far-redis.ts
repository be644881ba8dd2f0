import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type FarRedis = { readonly url: string; close(): void }

/** The Redis at `url`, by a way on which everything takes `distanceMs`, each way. */
export async function startFarRedis(url: string, distanceMs: number): Promise<FarRedis> {
  const far = new URL(url)
  const port = Number(far.port)
  const later = (from: Socket, to: Socket): void => {
    from.on('data', (chunk) => setTimeout(() => to.write(chunk), distanceMs))
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1')
    later(client, redis)
    later(redis, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  far.port = String((server.address() as AddressInfo).port)
  return { url: far.href, close: () => void server.close() }
}
