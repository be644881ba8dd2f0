import { randomBytes } from 'node:crypto'
import type { Keys } from './keys.ts'
import type { RedisClient } from './redis-client.ts'

/** A ticket lets a browser download one file without a header; it outlives a pause and a resume of the download. */
export const TICKET_SECONDS = 600

export type Tickets = ReturnType<typeof createTickets>

/** Capabilities to download one file, for a short while, over all instances. */
export const createTickets = ({ redis, keys }: { redis: RedisClient; keys: Keys }) => ({
  async create(id: string): Promise<string> {
    const ticket = randomBytes(24).toString('base64url')
    await redis.set(keys.ticket(ticket), id, 'EX', TICKET_SECONDS)
    return ticket
  },
  /** The upload a ticket is for; null for one that is unknown or has run out. */
  async uploadOf(ticket: string): Promise<string | null> {
    return /^[A-Za-z0-9_-]{32}$/.test(ticket) ? redis.get(keys.ticket(ticket)) : null
  },
})
