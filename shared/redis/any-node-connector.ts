import { connect as connectPlain, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { AbstractConnector } from 'ioredis'
import type { RedisNode } from '../config/redis-url.ts'

/** A class for ioredis' option `Connector`: each new connection goes to the next node. */
export const anyNodeConnector = (nodes: readonly RedisNode[], tls: ConnectionOptions | undefined) => {
  let next = Math.floor(Math.random() * nodes.length)
  return class AnyNodeConnector extends AbstractConnector {
    // ioredis passes its options; nothing of them is needed here.
    constructor(_options: unknown) {
      super(DISCONNECT_MS)
    }

    override async connect(): Promise<Socket> {
      const { host, port } = nodes[next++ % nodes.length] as RedisNode
      this.connecting = true
      this.stream = tls === undefined ? connectPlain({ host, port }) : connectTls({ host, port, ...tls })
      this.stream.once('error', (error) => {
        this.firstError = error
      })
      return this.stream
    }
  }
}

/** How long a connection may take to close in order, ms. */
const DISCONNECT_MS = 2_000
