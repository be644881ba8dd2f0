import type { IncomingMessage } from 'node:http'

/**
 * Whether a page of this origin may connect: listed ones, and pages of the same host on any port. Clients that are no browsers
 * send no Origin. This is a second bolt only: the token is no cookie, so a foreign page has nothing a browser would send along.
 */
export function isAllowedOrigin({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true
  const page = URL.parse(origin)
  const own = URL.parse(`http://${host ?? ''}`)
  return page !== null && own !== null && page.hostname === own.hostname
}
