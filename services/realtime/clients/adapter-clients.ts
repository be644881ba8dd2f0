import type { RedisClient } from '#shared/redis/redis-client.ts'

type Listener = (...args: unknown[]) => void

const quietly = (work: Promise<unknown>): void => void work.catch(() => undefined)

/**
 * The two connections as Socket.IO's Redis adapter uses them. It looks at no promise, so each failed command would end the
 * process; and what is published while Redis is away is dropped here, not queued without bound: heartbeats of the relay
 * bring up what is missing.
 */
export const adapterClients = (pub: RedisClient, sub: RedisClient) => ({
  pub: {
    publish(channel: string, message: string | Buffer): void {
      if (pub.status === 'ready') quietly(pub.publish(channel, message))
    },
    on: (event: string, listener: Listener) => pub.on(event, listener),
    off: (event: string, listener: Listener) => pub.off(event, listener),
  },
  sub: {
    psubscribe: (pattern: string) => quietly(sub.psubscribe(pattern)),
    punsubscribe: (pattern: string) => quietly(sub.punsubscribe(pattern)),
    subscribe: (channels: string[]) => quietly(sub.subscribe(...channels)),
    unsubscribe: (channels: string[]) => quietly(sub.unsubscribe(...channels)),
    on: (event: string, listener: Listener) => sub.on(event, listener),
    off: (event: string, listener: Listener) => sub.off(event, listener),
  },
})
