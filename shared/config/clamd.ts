import type { EnvReader } from './env.ts'

/** Where clamd listens. */
export type ClamdAddress = { readonly host: string; readonly port: number } | { readonly path: string }

/** clamd's TCPSocket in Debian's and the makers' example configuration. */
const DEFAULT_PORT = 3310

/** `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`; null where no antivirus is wanted. */
export function readClamd(read: EnvReader): ClamdAddress | null {
  const value = read.raw('CLAMD_URL')
  if (value === undefined) return null
  const address = parseClamdUrl(value)
  if (address === null) read.problem('CLAMD_URL must be tcp://host:3310 or unix:///path/of/clamd.ctl')
  return address
}

export function parseClamdUrl(value: string): ClamdAddress | null {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '') return null
  if (url.protocol === 'unix:') return unixAddress(url)
  if (url.protocol !== 'tcp:' || url.hostname === '' || !['', '/'].includes(url.pathname)) return null
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port)
  // An IPv6 address stands in brackets in a URL, and without them in a call.
  return port === 0 ? null : { host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

function unixAddress(url: URL): ClamdAddress | null {
  try {
    const path = decodeURIComponent(url.pathname)
    return url.host === '' && path.length > 1 && !path.includes('\0') ? { path } : null
  } catch {
    return null
  }
}
