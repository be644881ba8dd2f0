import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

type Pair = { readonly client: Socket; readonly server: Socket }

/** The way to one process: its connections, and what is wrong with them now. */
export type Link = {
  readonly port: number
  readonly open: Set<Pair>
  /** Each piece of data waits this long, ms. */
  delayMs: number
  /** Nothing goes through; connections stay. */
  stalled: boolean
}

export type Balancer = {
  readonly url: string
  readonly links: readonly Link[]
  close(): Promise<void>
}

/** One port for several processes, as a site has: each new connection goes to the next one that accepts it. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const links = ports.map((port): Link => ({ port, open: new Set(), delayMs: 0, stalled: false }))
  let turn = 0
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => undefined)
    void connectNext(links, turn++, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    links,
    async close() {
      server.close()
      for (const link of links) cut(link)
    },
  }
}

async function connectNext(links: readonly Link[], turn: number, client: Socket): Promise<void> {
  for (let i = 0; i < links.length; i++) {
    const link = links[(turn + i) % links.length]
    if (link === undefined) continue
    const server = connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true })
    const connected = await once(server, 'connect').then(
      () => true,
      () => false,
    )
    if (!connected) continue
    join(link, { client, server })
    return
  }
  client.resetAndDestroy()
}

function join(link: Link, pair: Pair): void {
  link.open.add(pair)
  const { client, server } = pair
  pump(link, client, server)
  pump(link, server, client)
  const end = () => {
    if (!client.destroyed || !server.destroyed) return
    link.open.delete(pair)
  }
  client.on('close', end)
  server.on('close', end)
}

function pump(link: Link, from: Socket, to: Socket): void {
  let line: Promise<unknown> = Promise.resolve()
  const pass = async (chunk: Buffer) => {
    if (link.delayMs > 0) await pause(link.delayMs)
    while (link.stalled && !to.destroyed) await pause(50)
    if (!to.destroyed && to.writable && !to.write(chunk)) await writableAgain(to)
    from.resume()
  }
  from.on('data', (chunk: Buffer) => {
    from.pause()
    line = line.then(() => pass(chunk)).catch(() => undefined)
  })
  from.on('end', () => void line.then(() => to.end()))
  from.on('error', () => to.resetAndDestroy())
  from.on('close', () => void line.then(() => to.destroySoon()))
}

async function writableAgain(socket: Socket): Promise<void> {
  const over = new AbortController()
  const { signal } = over
  await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]).finally(() => over.abort())
}

/** Resets all connections, on both sides. */
export function cut(link: Link): number {
  for (const { client, server } of link.open) {
    client.resetAndDestroy()
    server.resetAndDestroy()
  }
  return link.open.size
}

/** Ends one direction of each connection in the middle of whatever goes through. */
export function halfClose(link: Link, side: 'client' | 'server'): number {
  for (const pair of link.open) pair[side].end()
  return link.open.size
}
