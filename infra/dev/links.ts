import jwt from 'jsonwebtoken'

type LinkParts = { readonly origin: string; readonly secret: string }
export type DevUser = { readonly sub: string; readonly groups: readonly string[] }

export const ENGINEER: DevUser = { sub: 'engineer', groups: [] }
export const ADMIN: DevUser = { sub: 'admin', groups: ['admin'] }

/** A working day's sign-in, as the site's portal would give it. */
export const devToken = ({ sub, groups }: DevUser, secret: string): string =>
  jwt.sign({ sub, email: `${sub}@localhost`, groups, permissions: ['dashboard'] }, secret, {
    algorithm: 'HS256',
    expiresIn: '12h',
  })

/** In the fragment, which no browser sends to a server and no server writes into a log. */
export const signedInLink = (user: DevUser, { origin, secret }: LinkParts): string =>
  `${origin}/#token=${devToken(user, secret)}`

/** Uploads one file in one request (tus creation-with-upload). */
export const curlLine = (user: DevUser, file: string, { origin, secret }: LinkParts): string =>
  [
    `f='${file.replaceAll("'", `'\\''`)}'; curl -i -X POST ${origin}/api/v2/files/upload`,
    `-H 'Authorization: Bearer ${devToken(user, secret)}'`,
    `-H 'Tus-Resumable: 1.0.0'`,
    `-H "Upload-Length: $(wc -c <"$f" | tr -d ' ')"`,
    `-H "Upload-Metadata: filename $(printf %s "\${f##*/}" | base64 | tr -d '\\n')"`,
    `-H 'Content-Type: application/offset+octet-stream'`,
    `--data-binary @"$f"`,
  ].join(' ')

/** The address to open; a process that listens on all addresses is reached by the machine's name. */
export const originOf = (host: string, port: number, machine: string): string => {
  const name = host === '0.0.0.0' || host === '::' ? machine : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
