import type { IncomingMessage } from 'node:http'
import { isEventId } from '#shared/contracts/events.ts'
import { AppError } from '#shared/domain/errors.ts'

/** What a browser can name at the handshake of a plain WebSocket; other clients may send the token as a header. */
export type Handshake = { readonly token: string; readonly lastEventId: string | undefined }

export const parseUrl = (req: IncomingMessage): URL | undefined =>
  URL.parse(req.url ?? '/', 'http://realtime.invalid') ?? undefined

/** Parses the handshake of `/ws`; throws `missing_token` where there is none. */
export function parseHandshake(req: IncomingMessage): Handshake {
  const query = parseUrl(req)?.searchParams
  return {
    token: requireToken(query?.get('token') ?? bearerToken(req.headers.authorization)),
    lastEventId: parseEventId(query?.get('last_event_id')),
  }
}

export function requireToken(token: unknown): string {
  if (typeof token === 'string' && token !== '') return token
  throw new AppError('unauthenticated', 'missing_token', 'Cannot let you in: a token is required; sign in first')
}

export const bearerToken = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]

/** A malformed id is no id: the client gets a snapshot, which is never wrong. */
export const parseEventId = (value: unknown): string | undefined => (isEventId(value) ? value : undefined)
