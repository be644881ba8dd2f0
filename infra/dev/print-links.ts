import { join } from 'node:path'
import { EnvReader } from '#shared/config/env.ts'
import { readSecret } from './folders.ts'
import { ADMIN, curlLine, ENGINEER, signedInLink } from './links.ts'
import type { DevSettings } from './settings.ts'

/** Prints what a newcomer needs; with the user's own public key only its portal can sign anyone in. */
export async function printLinks(
  settings: DevSettings,
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
): Promise<void> {
  const origin = settings.origin.replace(/\/$/, '')
  const read = new EnvReader(env)
  if (read.raw('JWT_PUBLIC_KEY') !== undefined) {
    say(`Open ${origin}/ and sign in through the portal that holds the private key of JWT_PUBLIC_KEY.`)
    return
  }
  const parts = { origin, secret: read.raw('JWT_SECRET_KEY') ?? (await readSecret(settings)) }
  say(`Open this page (signed in as ${ENGINEER.sub}):\n${signedInLink(ENGINEER, parts)}\n`)
  say(`As administrator:\n${signedInLink(ADMIN, parts)}\n`)
  say(`Or upload from another terminal:\n${curlLine(ENGINEER, join(settings.repository, 'LICENSE'), parts)}\n`)
  say(`Logs: ${settings.folders.logs} · files: ${settings.uploadRoot} · Ctrl-C stops everything`)
}
